/** One configuration for every project; Nx runs it with `--rootDir` set to the project. */
export default {
  testMatch: ['<rootDir>/**/*.spec.ts'],
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
  testTimeout: 30_000,
};
