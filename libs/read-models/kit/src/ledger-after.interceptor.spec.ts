import { Reflector } from '@nestjs/core';
import { defineProjection, type Projection } from '@mo-ledger/projections';
import { of } from 'rxjs';
import { LedgerAfterInterceptor, ReadsFrom } from './ledger-after.interceptor.js';

const names = defineProjection({ name: 'names', version: 1, tables: {}, events: [], on: {} });

@ReadsFrom(names)
class NamesController {
  list(): void {}
}

describe('Ledger-After', () => {
  const ask = async (header: string | undefined, isVisible = true) => {
    const waited: [bigint, readonly Projection[]][] = [];
    const ledgerAfter = {
      wait: async (position: bigint, projections: readonly Projection[]) => {
        waited.push([position, projections]);
        return isVisible;
      },
    };
    const context = {
      getClass: () => NamesController,
      getHandler: () => NamesController.prototype.list,
      switchToHttp: () => ({ getRequest: () => ({ headers: { 'ledger-after': header } }) }),
    };
    const interceptor = new LedgerAfterInterceptor(ledgerAfter as never, new Reflector());
    await interceptor.intercept(context as never, { handle: () => of('answer') });
    return waited;
  };

  it('waits for what is read from, up to the position', async () => {
    expect(await ask('107')).toEqual([[107n, [names]]]);
    expect(await ask(undefined)).toEqual([]);
  });

  it('is answered 504 where that takes too long, and 400 where it is no position', async () => {
    await expect(ask('107', false)).rejects.toMatchObject({ status: 504 });
    for (const header of ['soon', '-1', '1e3', '', '9'.repeat(20)])
      await expect(ask(header)).rejects.toMatchObject({ status: 400 });
  });
});
