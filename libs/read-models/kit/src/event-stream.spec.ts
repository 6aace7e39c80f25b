import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import type { FastifyReply } from 'fastify';
import { openEventStream } from './event-stream.js';

/** More than what a connection holds between a writer and a client that does not read. */
const MUCH = 'x'.repeat(32 * 1024 * 1024);

describe('a stream of server-sent events', () => {
  let stop: () => Promise<void>;
  let ended: AbortController;
  let out: ServerResponse;
  let client: Socket;
  beforeEach(async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const asked = once(server, 'request');
    // It listens on TCP.
    client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    client.on('error', () => undefined);
    client.write('GET / HTTP/1.1\r\nHost: ledger\r\n\r\n');
    [, out] = (await asked) as [unknown, ServerResponse];
    ended = new AbortController();
    stop = () => new Promise((resolve) => server.close(() => resolve()));
  });
  afterEach(async () => {
    client.destroy();
    await stop();
  });
  const open = () => openEventStream({ raw: out, hijack: () => undefined } as unknown as FastifyReply, ended.signal);

  it('sends on when the client has read what it was sent', async () => {
    const { send } = open();
    let sent = false;
    const sending = send(MUCH).then(() => (sent = true));
    await once(client, 'readable');
    expect(sent).toBe(false);
    client.resume();
    await sending;
  });

  it('ends with the service, although the client does not read', async () => {
    const { gone, send } = open();
    const sending = send(MUCH);
    ended.abort();
    await stop();
    await sending;
    expect(gone.aborted).toBe(true);
  });

  it('is over when the client leaves while it is sent something', async () => {
    const { gone, send } = open();
    const sending = send(MUCH);
    client.destroy();
    await sending;
    expect(gone.aborted).toBe(true);
    await send('nobody is there');
  });

  it('is over before it has begun where the client has left already', async () => {
    client.destroy();
    await once(out, 'close');
    expect(open().gone.aborted).toBe(true);
  });
});
