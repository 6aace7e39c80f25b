import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DEMO_READING } from './demo.js';
import { simulate } from './simulate.js';

const OPTIONS = {
  organization: 'acme',
  code: '26161',
  connections: 8,
  keywords: '',
  noise: 0,
  duplicates: 0,
  devices: 1,
  retryMinutes: [],
  timeout: 30,
  demo: true,
  seed: 1,
} as const;

describe('the demonstration', () => {
  let server: Server;
  let url: string;
  /** What happened, in order: every GET with its `Ledger-After` and its answer, and every line that was printed. */
  let happened: string[];
  let posted: number;
  /** What the GETs are answered, by path; 200 once there is no more. */
  let answers: Map<string, number[]>;
  const { log } = console;

  beforeEach(async () => {
    happened = [];
    posted = 0;
    answers = new Map();
    console.log = (text: string) => void happened.push(...text.split('\n'));
    server = createServer(({ method, url: path = '', headers }, response) => {
      if (method !== 'GET') {
        const position = String(method === 'PUT' ? 1 : 100 + ++posted);
        return void response.writeHead(200, { 'Ledger-Position': position }).end('OK');
      }
      const status = answers.get(path)?.shift() ?? 200;
      happened.push(`${path} after ${headers['ledger-after']}: ${status}`);
      response.writeHead(status).end('shown');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    // It listens on TCP.
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    console.log = log;
    await new Promise((resolve) => server.close(resolve));
  });

  it('prints what to read once every line shows all that was sent', async () => {
    answers.set('/messages?organization=demo&limit=5', [503, 504, 504]);
    answers.set('/quarantine?organization=demo', [504]);
    expect(await simulate({ ...OPTIONS, url })).toBe(0);
    const shown = DEMO_READING.map((path) => `${path} after ${100 + posted}: 200`);
    const printed = DEMO_READING.map((path) => `curl '${url}${path}'`);
    const gets = happened.filter((line) => line.includes(' after '));
    expect(gets.filter((line) => line.endsWith(': 200'))).toEqual(shown);
    expect(gets).toHaveLength(DEMO_READING.length + 4);
    expect(happened.slice(-DEMO_READING.length)).toEqual(printed);
  });

  it('says what was answered if the ledger refuses a read', async () => {
    answers.set('/quarantine?organization=demo', [403]);
    await expect(simulate({ ...OPTIONS, url })).rejects.toThrow(
      `GET ${url}/quarantine?organization=demo was answered 403`,
    );
    expect(happened.join()).not.toContain('curl');
  });
});
