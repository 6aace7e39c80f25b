import type { ServiceDescription } from '@mo-ledger/http';
import { mergedDescriptions } from './merged-descriptions.js';

const description = (
  paths: ServiceDescription['paths'],
  schemas: Record<string, { type: 'string' }>,
): ServiceDescription => ({
  ...{ openapi: '3.0.0', info: { title: 'mo-ledger', version: '1' }, paths, components: { schemas } },
});
const operation = (summary: string) => ({ summary, responses: {} });

describe('merged descriptions', () => {
  it('have every method of a path that both describe, and the first one’s where both describe the same', () => {
    const write = description(
      { '/codes/{code}': { put: operation('provision') }, '/health': { get: operation('of all') } },
      { CodeBody: { type: 'string' } },
    );
    const read = description(
      {
        '/codes/{code}': { get: operation('show') },
        '/codes': { get: operation('list') },
        '/health': { get: operation('of one') },
      },
      { CodeRow: { type: 'string' } },
    );
    const { paths, components } = mergedDescriptions(write, read);
    expect(paths).toEqual({
      '/codes/{code}': { put: operation('provision'), get: operation('show') },
      '/codes': { get: operation('list') },
      '/health': { get: operation('of all') },
    });
    expect(Object.keys(components?.schemas ?? {}).sort()).toEqual(['CodeBody', 'CodeRow']);
  });
});
