/**
 * Several processes' figures in Prometheus' text format as one: each metric's HELP and TYPE once, its samples together, as the
 * format wants it. The samples differ by their `role` label.
 */
export function mergeMetrics(texts: readonly string[]): string {
  const metrics = new Map<string, { head: string[]; samples: string[] }>();
  for (const text of texts) {
    let current: { head: string[]; samples: string[] } | undefined;
    for (const line of text.split('\n')) {
      const name = /^# (?:HELP|TYPE) (\S+)/.exec(line)?.[1];
      if (name) {
        current = metrics.get(name) ?? { head: [], samples: [] };
        metrics.set(name, current);
        if (!current.head.some((known) => known.split(' ', 3).join(' ') === line.split(' ', 3).join(' ')))
          current.head.push(line);
      } else if (line.trim() !== '') {
        current?.samples.push(line);
      }
    }
  }
  return [...metrics.values()].map(({ head, samples }) => [...head, ...samples].join('\n')).join('\n\n') + '\n';
}
