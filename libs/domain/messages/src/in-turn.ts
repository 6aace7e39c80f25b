/**
 * Work on the same thing is done one after another within this process, on different things at once. Each turn is handed what the one
 * before it has left, and nothing where it is the first or the one before has failed.
 */
export class InTurn<Left> {
  readonly #last = new Map<string, Promise<Left | null>>();

  /** Whether somebody is at work on it, so that one would have to wait. */
  isTaken(thing: string): boolean {
    return this.#last.has(thing);
  }

  async run<T>(
    thing: string,
    work: (left: Left | null) => Promise<{ readonly result: T; readonly left: Left }>,
  ): Promise<T> {
    const turn = (this.#last.get(thing) ?? Promise.resolve(null)).then(work);
    const leaving = turn.then(
      ({ left }) => left,
      () => null,
    );
    this.#last.set(thing, leaving);
    try {
      return (await turn).result;
    } finally {
      // Nobody has queued up behind it.
      if (this.#last.get(thing) === leaving) this.#last.delete(thing);
    }
  }
}
