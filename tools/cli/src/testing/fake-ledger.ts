import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  /** `GET /projections?limit=1` */
  readonly call: string;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** What is answered: a value as JSON with 200; a status with a problem's detail; or whatever a function does with the response. */
export type FakeAnswer =
  | { readonly value: unknown; readonly position?: string }
  | { readonly status: number; readonly detail: string }
  | ((response: ServerResponse) => void);

/** Answers what a spec tells it to, and remembers what it was asked. */
export class FakeLedger {
  readonly asked: Asked[] = [];
  readonly #answers = new Map<string, FakeAnswer[]>();
  #server: Server | null = null;
  url = '';

  async start(): Promise<void> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const call = `${request.method} ${request.url}`;
        this.asked.push({ call, body: text === '' ? null : JSON.parse(text), headers: request.headers });
        this.#answer(call.split('?')[0] ?? '', response);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.#server = server;
    // It listens on TCP.
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  stop(): Promise<void> {
    this.#server?.closeAllConnections();
    return new Promise((resolve) => this.#server?.close(() => resolve()));
  }

  /** One answer after another to a call (`GET /projections`); the last for ever. */
  answers(call: string, ...answers: FakeAnswer[]): void {
    this.#answers.set(call, answers);
  }

  #answer(call: string, response: ServerResponse): void {
    const answers = this.#answers.get(call) ?? [];
    const answer = (answers.length > 1 ? answers.shift() : answers[0]) ?? { status: 404, detail: `no ${call}` };
    if (typeof answer === 'function') return answer(response);
    if ('status' in answer) {
      response.writeHead(answer.status, { 'content-type': 'application/problem+json' });
      response.end(JSON.stringify({ title: 'Problem', status: answer.status, detail: answer.detail }));
      return;
    }
    const position = answer.position === undefined ? {} : { 'ledger-position': answer.position };
    response.writeHead(200, { 'content-type': 'application/json', ...position });
    response.end(JSON.stringify(answer.value));
  }
}
