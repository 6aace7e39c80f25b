import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEventStore, type RunningEventStore } from '@mo-ledger/embedded-event-store';
import { FixedAddress } from './fixed-address.js';

/** An embedded event store for specs, in a folder of its own; its URL stays while it is stopped and started again. */
export class TestEventStore {
  #server: RunningEventStore | null = null;

  private constructor(
    readonly dir: string,
    private readonly address: FixedAddress,
  ) {}

  static async start(): Promise<TestEventStore> {
    const dir = await mkdtemp(join(tmpdir(), 'mo-ledger-'));
    const store = new TestEventStore(dir, await FixedAddress.open());
    await store.start();
    return store;
  }

  get url(): string {
    return this.address.url;
  }

  async start(): Promise<void> {
    this.#server = await startEventStore({ dir: this.dir, port: 0 });
    this.address.forwardTo(this.#server.port);
  }

  /** It is gone until it is started again; connections are refused. */
  async stop(): Promise<void> {
    await this.#server?.close();
    this.#server = null;
    this.address.forwardTo(null);
  }

  /** For the end: stops it, and deletes its folder. */
  async remove(): Promise<void> {
    await this.stop();
    await this.address.close();
    await rm(this.dir, { recursive: true });
  }
}
