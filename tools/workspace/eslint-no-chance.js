// A test waits for positions and states, never for time: a test that measures time, or lets it pass, fails on a busy machine.
const TIMERS = new Set(['setTimeout', 'setInterval']);
const TIMER_MODULES = new Set(['timers', 'node:timers', 'timers/promises', 'node:timers/promises']);
const CLOCKS = new Set(['Date.now', 'performance.now', 'process.hrtime', 'process.hrtime.bigint', 'process.uptime']);
const HOOKS = new Set(['it', 'test', 'beforeAll', 'beforeEach', 'afterAll', 'afterEach']);

const WAIT = 'A test waits for a position, an event or a state, never for time: {{name}} fails on a busy machine.';
const MEASURE = 'A test does not measure time: {{name}} fails on a busy machine. Give the code under test a clock.';
const TIME_OUT =
  'The time-out is the same for every test (jest.config.js): it is for tests that hang, not for slow ones.';
const REASON = 'Say after "--" why this test cannot do without time.';

/** The dotted name of an expression: `Date.now`, `jest.setTimeout`. Null where it is more than names. */
const nameOf = (node) => {
  if (node.type === 'Identifier') return node.name;
  if (node.type !== 'MemberExpression' || node.computed) return null;
  const object = nameOf(node.object);
  return object && `${object}.${node.property.name}`;
};

/** `it.each(…)` and `it.skip` are `it`. */
const rootOf = (node) => {
  if (node.type === 'Identifier') return node.name;
  if (node.type === 'CallExpression') return rootOf(node.callee);
  if (node.type === 'TaggedTemplateExpression') return rootOf(node.tag);
  return node.type === 'MemberExpression' ? rootOf(node.object) : null;
};

const isNumber = (node) => node?.type === 'Literal' && typeof node.value === 'number';

const noChance = {
  meta: { type: 'problem', schema: [], messages: { wait: WAIT, measure: MEASURE, timeOut: TIME_OUT, reason: REASON } },
  create(context) {
    return {
      Program() {
        for (const comment of context.sourceCode.getAllComments())
          if (/^\s*eslint-disable[\w-]*\s+(?!.*\s--\s+\S).*no-chance/s.test(comment.value))
            context.report({ loc: { line: 1, column: 0 }, messageId: 'reason' });
      },
      ImportDeclaration(node) {
        const name = node.source.value;
        if (TIMER_MODULES.has(name)) context.report({ node, messageId: 'wait', data: { name } });
      },
      CallExpression(node) {
        const name = nameOf(node.callee);
        const report = (messageId) => context.report({ node, messageId, data: { name } });
        if (name === 'jest.setTimeout') return report('timeOut');
        if (name && TIMERS.has(name.replace(/^globalThis\./, ''))) return report('wait');
        if (CLOCKS.has(name)) return report('measure');
        const isTest = HOOKS.has(rootOf(node.callee)) && node.arguments.length > 1;
        if (isTest && isNumber(node.arguments.at(-1))) report('timeOut');
      },
    };
  },
};

/** For specs and fault tests. An exception is a comment with its reason: `eslint-disable-next-line mo-ledger/no-chance -- …`. */
export default {
  files: ['**/*.spec.ts', '**/*.faults.ts'],
  plugins: { 'mo-ledger': { rules: { 'no-chance': noChance } } },
  rules: { 'mo-ledger/no-chance': 'error' },
};
