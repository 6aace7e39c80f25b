export interface ServerSentEvent {
  readonly id: string | null;
  /** Null where only the id is told. */
  readonly data: string | null;
}

/** The events of a stream of text (WHATWG, Server-sent events): what is not whole yet is kept until it is. */
export async function* serverSentEvents(text: AsyncIterable<string>): AsyncGenerator<ServerSentEvent, void> {
  let rest = '';
  for await (const piece of text) {
    const blocks = (rest + piece).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = block.split('\n').map((line) => /^(\w+): ?(.*)$/s.exec(line));
      const data = fields.flatMap((field) => (field?.[1] === 'data' ? [field[2] ?? ''] : []));
      const id = fields.findLast((field) => field?.[1] === 'id')?.[2] ?? null;
      if (id !== null || data.length > 0) yield { id, data: data.length > 0 ? data.join('\n') : null };
    }
  }
}
