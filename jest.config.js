const MINUTE_MS = 60_000;
/** Set by the Nx target `faults`: what kills, soaks or fuzzes for long, in its short or its long form. */
const faults = process.env.FAULTS;

/** One configuration for every project; Nx runs it with `--rootDir` set to the project. */
export default {
  testMatch: [faults ? '<rootDir>/**/*.faults.ts' : '<rootDir>/**/*.spec.ts'],
  setupFiles: [new URL('tools/workspace/rounds.js', import.meta.url).pathname],
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '/files/'],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleFileExtensions: ['js', 'mjs', 'cjs', 'ts', 'json', 'node'],
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    // Its ESM build imports JSON without an attribute, which jest is about to refuse.
    '^libphonenumber-js/max$': new URL('node_modules/libphonenumber-js/max/index.cjs', import.meta.url).pathname,
  },
  transform: { '^.+\\.ts$': '@swc/jest' },
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['@mo-ledger/source', 'node', 'node-addons'] },
  // For a test that hangs: a slow one on a busy machine has far longer than it needs.
  testTimeout: (faults === 'long' ? 120 : faults ? 10 : 2) * MINUTE_MS,
};
