import { Counter, type Registry } from 'prom-client';
import type { RecordingOutcome, RefusalReason } from '@mo-ledger/messages';

const OUTCOMES: readonly RecordingOutcome[] = ['RECORDED', 'DUPLICATE', 'CONFLICT', 'QUARANTINED', 'STATUS'];
const REASONS: readonly RefusalReason[] = ['source', 'organization', 'key', 'too_large', 'too_slow', 'not_durable'];

export interface PostCounters {
  readonly posts: Counter<'outcome'>;
  readonly refused: Counter<'reason'>;
}

/** The figures of API.md, from zero on. */
export function createPostCounters(registry: Registry): PostCounters {
  const registers = [registry];
  const posts = new Counter({
    ...{ name: 'ledger_posts_total', help: 'Posts that were recorded, by what they turned out to be' },
    ...{ labelNames: ['outcome'] as const, registers },
  });
  const refused = new Counter({
    ...{ name: 'ledger_posts_refused_total', help: 'Posts that were refused, by reason' },
    ...{ labelNames: ['reason'] as const, registers },
  });
  for (const outcome of OUTCOMES) posts.inc({ outcome: outcome.toLowerCase() }, 0);
  for (const reason of REASONS) refused.inc({ reason }, 0);
  return { posts, refused };
}
