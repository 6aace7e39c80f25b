import { createServer, type AddressInfo } from 'node:net';
import { Program } from './program.js';

/** The embedded event store in a process of its own, at one address however often it is started again. */
export class EventStoreProcess {
  #program: Program | null = null;

  private constructor(
    private readonly dir: string,
    private readonly port: number,
  ) {}

  static async start(dir: string): Promise<EventStoreProcess> {
    const store = new EventStoreProcess(dir, await freePort());
    await store.begin();
    return store;
  }

  get url(): string {
    return `esdb://127.0.0.1:${this.port}?tls=false`;
  }

  async begin(): Promise<void> {
    const args = ['--port', String(this.port), '--dir', this.dir];
    this.#program = await Program.start('libs/embedded-event-store', {}, args);
  }

  async end(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    await this.#program?.end(signal);
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  // Listening on TCP, so there is an address.
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
