import { randomUUID } from 'node:crypto';

const json = (esdb, type = 'tested', data = { n: 1 }, id = randomUUID()) => esdb.jsonEvent({ id, type, data });
const outcome = (r) => r && { success: r.success, nextExpectedRevision: r.nextExpectedRevision, position: r.position };

export default {
  async 'no-stream then again'({ client, esdb, step, stream }) {
    const s = stream();
    await step('first', async () =>
      outcome(await client.appendToStream(s, json(esdb), { expectedRevision: 'no_stream' })),
    );
    await step('second', () => client.appendToStream(s, json(esdb), { expectedRevision: 'no_stream' }));
  },
  async 'expected revisions'({ client, esdb, step, stream }) {
    const s = stream();
    await client.appendToStream(s, [json(esdb), json(esdb), json(esdb)]);
    await step('expect the last', async () =>
      outcome(await client.appendToStream(s, json(esdb), { expectedRevision: 2n })),
    );
    for (const expectedRevision of [2n, 1n, 9n, 'no_stream', 'stream_exists', 'any'])
      await step(`expect ${expectedRevision}`, async () =>
        outcome(await client.appendToStream(s, json(esdb), { expectedRevision })),
      );
    await step('stream exists on a missing stream', () =>
      client.appendToStream(stream('missing'), json(esdb), { expectedRevision: 'stream_exists' }),
    );
    await step('revision 0 on a missing stream', () =>
      client.appendToStream(stream('absent'), json(esdb), { expectedRevision: 0n }),
    );
  },
  async 'idempotent with no_stream'({ client, esdb, step, stream }) {
    const s = stream(),
      event = json(esdb);
    for (const n of [1, 2, 3])
      await step(`write ${n}`, async () =>
        outcome(await client.appendToStream(s, event, { expectedRevision: 'no_stream' })),
      );
    await step('count', async () => {
      let n = 0;
      for await (const _ of client.readStream(s)) n++;
      return n;
    });
  },
  async 'idempotent with any'({ client, esdb, step, stream }) {
    const s = stream(),
      a = json(esdb),
      b = json(esdb);
    await step('a', async () => outcome(await client.appendToStream(s, a)));
    await step('a again', async () => outcome(await client.appendToStream(s, a)));
    await step('b', async () => outcome(await client.appendToStream(s, b)));
    await step('a after b', async () => outcome(await client.appendToStream(s, a)));
    await step('a and b together', async () => outcome(await client.appendToStream(s, [a, b])));
    await step('b then new', async () => outcome(await client.appendToStream(s, [b, json(esdb)])));
    await step('count', async () => {
      let n = 0;
      for await (const _ of client.readStream(s)) n++;
      return n;
    });
  },
  async 'idempotent with exact revision'({ client, esdb, step, stream }) {
    const s = stream(),
      a = json(esdb),
      b = json(esdb),
      c = json(esdb),
      d = json(esdb);
    await client.appendToStream(s, [a, b, c], { expectedRevision: 'no_stream' });
    await step('b c at 0', async () => outcome(await client.appendToStream(s, [b, c], { expectedRevision: 0n })));
    await step('b at 0', async () => outcome(await client.appendToStream(s, [b], { expectedRevision: 0n })));
    await step('c d at 1', async () => outcome(await client.appendToStream(s, [c, d], { expectedRevision: 1n })));
    await step('c b at 0', async () => outcome(await client.appendToStream(s, [c, b], { expectedRevision: 0n })));
    await step('a b c as no_stream', async () =>
      outcome(await client.appendToStream(s, [a, b, c], { expectedRevision: 'no_stream' })),
    );
    await step('a b c d as no_stream', async () =>
      outcome(await client.appendToStream(s, [a, b, c, d], { expectedRevision: 'no_stream' })),
    );
    await step('count', async () => {
      let n = 0;
      for await (const _ of client.readStream(s)) n++;
      return n;
    });
  },
  async 'idempotent with stream_exists'({ client, esdb, step, stream }) {
    const s = stream(),
      a = json(esdb),
      b = json(esdb);
    await client.appendToStream(s, a, { expectedRevision: 'no_stream' });
    await step('b', async () => outcome(await client.appendToStream(s, b, { expectedRevision: 'stream_exists' })));
    await step('b again', async () =>
      outcome(await client.appendToStream(s, b, { expectedRevision: 'stream_exists' })),
    );
    await step('count', async () => {
      let n = 0;
      for await (const _ of client.readStream(s)) n++;
      return n;
    });
  },
  async 'same event id twice in one append'({ client, esdb, step, stream }) {
    const s = stream(),
      a = json(esdb);
    await step('append', async () =>
      outcome(await client.appendToStream(s, [a, a], { expectedRevision: 'no_stream' })),
    );
    await step('count', async () => {
      let n = 0;
      for await (const _ of client.readStream(s)) n++;
      return n;
    });
  },
  async 'same event id in two streams'({ client, esdb, step, stream }) {
    const a = json(esdb);
    await step('one', async () =>
      outcome(await client.appendToStream(stream('a'), a, { expectedRevision: 'no_stream' })),
    );
    await step('two', async () =>
      outcome(await client.appendToStream(stream('b'), a, { expectedRevision: 'no_stream' })),
    );
  },
  async 'no events'({ client, step, stream }) {
    const s = stream();
    await step('empty, any', async () => outcome(await client.appendToStream(s, [])));
    await step('empty, no_stream', async () =>
      outcome(await client.appendToStream(s, [], { expectedRevision: 'no_stream' })),
    );
    await step('empty, stream_exists', async () =>
      outcome(await client.appendToStream(s, [], { expectedRevision: 'stream_exists' })),
    );
  },
  async 'wrong expected version is one error class with its figures'({ client, esdb, step, stream }) {
    const s = stream();
    await client.appendToStream(s, json(esdb), { expectedRevision: 'no_stream' });
    await step('exact', () => client.appendToStream(s, json(esdb), { expectedRevision: 7n }));
    await step('no_stream', () => client.appendToStream(s, json(esdb), { expectedRevision: 'no_stream' }));
    await step('with credentials (unary append)', () =>
      client.appendToStream(s, json(esdb), {
        expectedRevision: 7n,
        credentials: { username: 'admin', password: 'changeit' },
      }),
    );
    await step('with credentials, no_stream', () =>
      client.appendToStream(s, json(esdb), {
        expectedRevision: 'no_stream',
        credentials: { username: 'admin', password: 'changeit' },
      }),
    );
    await step('with credentials, right', async () =>
      outcome(
        await client.appendToStream(s, json(esdb), {
          expectedRevision: 0n,
          credentials: { username: 'admin', password: 'changeit' },
        }),
      ),
    );
  },
  async 'not thrown when asked not to'({ esdb, step, stream, url }) {
    const client = esdb.EventStoreDBClient.connectionString(
      url + (url.includes('?') ? '&' : '?') + 'throwOnAppendFailure=false',
    );
    const s = stream();
    await client.appendToStream(s, json(esdb), { expectedRevision: 'no_stream' });
    await step('wrong', async () => outcome(await client.appendToStream(s, json(esdb), { expectedRevision: 5n })));
    await client.dispose();
  },
  async 'too large'({ client, esdb, step, stream }) {
    const s = stream();
    const big = (n) => json(esdb, 'big', { text: 'x'.repeat(n) });
    await step('900 KiB', async () => outcome(await client.appendToStream(s, big(900 * 1024))));
    await step('1.1 MiB', () => client.appendToStream(s, big(1100 * 1024)));
    await step('two of 600 KiB in one append', () => client.appendToStream(s, [big(600 * 1024), big(600 * 1024)]));
    await step('1.1 MiB, unary', () =>
      client.appendToStream(s, big(1100 * 1024), { credentials: { username: 'admin', password: 'changeit' } }),
    );
    await step('revision afterwards', async () => {
      for await (const e of client.readStream(s, { direction: 'backwards', fromRevision: 'end', maxCount: 1 }))
        return e.event.revision;
    });
  },
  async 'concurrent appends with one expected revision'({ client, esdb, step, stream }) {
    const s = stream();
    await step('20 at once', async () => {
      const results = await Promise.allSettled(
        Array.from({ length: 20 }, () => client.appendToStream(s, json(esdb), { expectedRevision: 'no_stream' })),
      );
      return {
        fulfilled: results.filter((r) => r.status === 'fulfilled').length,
        errors: [...new Set(results.filter((r) => r.status === 'rejected').map((r) => r.reason.constructor.name))],
      };
    });
  },
  async 'names and payloads'({ client, esdb, step, stream }) {
    const odd = stream() + '-ünï ☂';
    await step('unicode stream name', async () =>
      outcome(await client.appendToStream(odd, json(esdb, 'tÿpe ☂', { text: 'grüße ☂ \u0000 end' }))),
    );
    await step('read it', async () => {
      for await (const e of client.readStream(odd))
        return { type: e.event.type, data: e.event.data, tail: e.event.streamId.slice(-5) };
    });
    await step('empty type', () => client.appendToStream(stream('t'), json(esdb, '')));
    await step('empty stream name', () => client.appendToStream('', json(esdb)));
    await step('empty data', async () =>
      outcome(await client.appendToStream(stream('d'), esdb.binaryEvent({ type: 'none', data: new Uint8Array(0) }))),
    );
    await step('system stream without credentials', async () =>
      outcome(await client.appendToStream('$' + stream(), json(esdb))),
    );
    await step('system event type', async () => outcome(await client.appendToStream(stream('y'), json(esdb, '$mine'))));
  },
};
