import { connect, type Socket } from 'node:net';

export interface Answer {
  readonly status: number;
  /** `Ledger-Position` */
  readonly position: string | null;
}

/** A kept-alive HTTP connection that posts one body after the other. It does little, since the load shares the machine. */
export class Connection {
  readonly #socket: Socket;
  #answered: ((answer: Answer) => void) | null = null;
  #failed: ((error: Error) => void) | null = null;
  #received = '';

  constructor(private readonly url: URL) {
    this.#socket = connect(Number(url.port), url.hostname).setNoDelay(true);
    this.#socket.setEncoding('latin1');
    this.#socket.on('data', (data: string) => this.#receive(data));
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.on('close', () => this.#fail(new Error('the connection was closed')));
  }

  post(body: string): Promise<Answer> {
    const { pathname, host } = this.url;
    return new Promise((resolve, reject) => {
      this.#answered = resolve;
      this.#failed = reject;
      this.#socket.write(
        `POST ${pathname} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/x-www-form-urlencoded\r\n` +
          `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      );
    });
  }

  close(): void {
    this.#failed = null;
    this.#socket.destroy();
  }

  #receive(data: string): void {
    this.#received += data;
    const end = this.#received.indexOf('\r\n\r\n');
    if (end < 0) return;
    const head = this.#received.slice(0, end);
    const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
    if (this.#received.length < end + 4 + length) return;
    this.#received = this.#received.slice(end + 4 + length);
    const position = /^ledger-position: (\d+)/im.exec(head)?.[1] ?? null;
    this.#answered?.({ status: Number(head.slice(9, 12)), position });
  }

  #fail(error: Error): void {
    this.#failed?.(error);
  }
}
