import { mergeMetrics } from './metrics-text.js';

it('figures of several processes have each HELP and TYPE once, and all samples together', () => {
  const one =
    '# HELP posts Posts.\n# TYPE posts counter\nposts{role="a"} 1\n\n# HELP lag Lag.\n# TYPE lag gauge\nlag{role="a"} 0\n';
  const two = '# HELP posts Posts.\n# TYPE posts counter\nposts{role="b"} 2\n';
  expect(mergeMetrics([one, two])).toBe(
    '# HELP posts Posts.\n# TYPE posts counter\nposts{role="a"} 1\nposts{role="b"} 2\n\n# HELP lag Lag.\n# TYPE lag gauge\nlag{role="a"} 0\n',
  );
});
