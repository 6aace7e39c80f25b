import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * An address that stays while the server behind it comes and goes. A server that is started again on the port that it had may find it
 * taken: the system gives a free port to the next connection that anybody opens.
 */
export class FixedAddress {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #wedged = new Set<Socket>();
  #target: number | null = null;

  private constructor() {
    this.#server = createServer((client) => this.#connected(client));
  }

  static async open(): Promise<FixedAddress> {
    const address = new FixedAddress();
    await new Promise<void>((resolve) => address.#server.listen(0, '127.0.0.1', resolve));
    return address;
  }

  get port(): number {
    // It listens on TCP.
    return (this.#server.address() as AddressInfo).port;
  }

  /** An event store's address. */
  get url(): string {
    return `esdb://127.0.0.1:${this.port}?tls=false`;
  }

  /** Passes new connections on to a port; with null it cuts all that there are, and each new one. */
  forwardTo(port: number | null): void {
    this.#target = port;
    if (port === null) for (const socket of this.#sockets) socket.destroy();
  }

  /** From now on nothing comes through the connections that there are; new ones work. */
  wedge(): void {
    for (const socket of this.#sockets) this.#wedged.add(socket);
  }

  async close(): Promise<void> {
    this.forwardTo(null);
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #connected(client: Socket): void {
    if (this.#target === null) return void client.destroy();
    const upstream = connect(this.#target, '127.0.0.1');
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('data', (chunk) => !this.#wedged.has(socket) && other.write(chunk));
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
  }
}
