import { closeSync, openSync, writeSync } from 'node:fs';

/** The ids of the messages that were answered 200, one a line, in a file that is right whenever the simulator is stopped. */
export class AcknowledgedFile {
  readonly #file: number;
  readonly #known = new Set<string>();

  constructor(path: string) {
    this.#file = openSync(path, 'w');
  }

  add(messageId: string): void {
    if (this.#known.has(messageId)) return;
    this.#known.add(messageId);
    writeSync(this.#file, `${messageId}\n`);
  }

  close(): void {
    closeSync(this.#file);
  }
}
