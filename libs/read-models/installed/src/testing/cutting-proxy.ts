import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Stands between a program and its database; cuts the connections, or lets nothing through any more. */
export class CuttingProxy {
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #cutAfter = Infinity;
  #cuts = 0;
  #stopAfter: string | null = null;
  #stopped = false;

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {
    server.on('connection', (client) => this.#join(client));
  }

  /** @param url of the database */
  static async start(url: string): Promise<CuttingProxy> {
    const server = createServer();
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    return new CuttingProxy(server, new URL(url));
  }

  /** The database's, through this. */
  get url(): string {
    const url = new URL(this.target);
    url.hostname = '127.0.0.1';
    url.searchParams.delete('host');
    // Listening on TCP, so there is an address.
    url.port = String((this.server.address() as AddressInfo).port);
    return url.href;
  }

  /** How many connections were cut. */
  get cuts(): number {
    return this.#cuts;
  }

  /** Cuts whichever connection has, from now on, the byte of this number from the program: in the middle of what it writes. */
  cutAfter(bytes: number): void {
    this.#cutAfter = bytes;
  }

  /** Whether nothing goes through any more. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /**
   * Lets nothing through any more, either way and without a word to either side, once a statement that begins like this has gone
   * through: as if the program's machine were gone.
   */
  stopAfter(statement: string): void {
    this.#stopAfter = statement;
  }

  /** Lets everything through again, and first what was held back. */
  goOn(): void {
    this.#stopped = false;
    for (const socket of [...this.#pairs].flat()) socket.resume();
  }

  async close(): Promise<void> {
    for (const pair of this.#pairs) cut(pair);
    await new Promise((closed) => this.server.close(closed));
  }

  #stop(): void {
    this.#stopAfter = null;
    this.#stopped = true;
    for (const socket of [...this.#pairs].flat()) socket.pause();
  }

  #join(client: Socket): void {
    const { hostname, port, searchParams } = this.target;
    const folder = searchParams.get('host');
    const database = folder ? connect(`${folder}/.s.PGSQL.${port || 5432}`) : connect(Number(port || 5432), hostname);
    const pair = [client, database] as const;
    this.#pairs.add(pair);
    if (this.#stopped) for (const socket of pair) socket.pause();
    client.on('data', (chunk) => {
      if (chunk.length >= this.#cutAfter) {
        // The database gets the beginning of it, and then nothing more.
        database.write(chunk.subarray(0, this.#cutAfter));
        this.#cutAfter = Infinity;
        this.#cuts++;
        cut(pair);
        return;
      }
      this.#cutAfter -= chunk.length;
      database.write(chunk);
      if (this.#stopAfter !== null && chunk.includes(this.#stopAfter)) this.#stop();
    });
    database.on('data', (chunk) => client.write(chunk));
    for (const socket of pair) {
      socket.on('error', () => cut(pair));
      socket.on('close', () => {
        this.#pairs.delete(pair);
        cut(pair);
      });
    }
  }
}

const cut = (pair: readonly [Socket, Socket]): void => {
  for (const socket of pair) socket.destroy();
};
