import { connectEventLog } from './index.js';
import { isCallError } from './stray-rejections.js';

describe('rejections that the client leaves behind', () => {
  const callError = Object.assign(new Error('14 UNAVAILABLE: read ECONNRESET'), {
    ...{ code: 14, details: 'read ECONNRESET', metadata: {} },
  });
  const stray = () => process.listeners('unhandledRejection').at(-1) as (reason: unknown) => void;

  it('are those of calls, and nothing else', () => {
    expect(isCallError(callError)).toBe(true);
    for (const other of [new Error('a bug'), Object.assign(new Error('file'), { code: 'ENOENT' }), 'text', null])
      expect(isCallError(other)).toBe(false);
  });

  it('do not end the process, while any other one still does', async () => {
    const before = process.listenerCount('unhandledRejection');
    const logs = [1, 2].map(() => connectEventLog({ url: 'esdb://127.0.0.1:1?tls=false' }));
    expect(process.listenerCount('unhandledRejection')).toBe(before + 1);
    expect(() => stray()(callError)).not.toThrow();
    expect(() => stray()(new Error('a bug'))).toThrow('a bug');
    for (const log of logs) await log.close();
  });
});
