import { adminProblems } from '@mo-ledger/admin';
import type { EventStoreThread } from '@mo-ledger/embedded-event-store/thread';
import { LedgerKey, openInBackground, type EventLog, type Opening } from '@mo-ledger/event-sourcing';
import { connectEventLog } from '@mo-ledger/event-store';
import {
  announce,
  createService,
  partOf,
  stopInOrder,
  tell,
  tellIfRefused,
  whenTold,
  type Health,
  type Service,
} from '@mo-ledger/http';
import { withInbound } from '@mo-ledger/inbound';
import { ModuleRef } from '@nestjs/core';
import { setTimeout as delay } from 'node:timers/promises';
import { Back } from './back.js';
import { forwardToBack } from './back-proxy.js';
import type { Configuration } from './configuration.js';
import { FrontModule } from './front.module.js';
import { mergedDescriptions } from './merged-descriptions.js';
import { mergeMetrics } from './metrics-text.js';

const START_MS = 10_000;

/**
 * Listens at once, while the ledger opens in the background and the back may still be starting.
 *
 * @param eventStore the embedded one; null where the settings name another
 */
export async function runFront(configuration: Configuration, eventStore: EventStoreThread | null): Promise<void> {
  const url = configuration.eventStoreUrl ?? eventStore?.url ?? '';
  // The supervisor has made one where there was none.
  const ledgerKey = new LedgerKey(configuration.ledgerKey ?? '');
  const ledger = openInBackground(connectEventLog({ url }), ledgerKey, 'front');
  ledger.opened.then(async ({ ledgerId }) => tell({ ledgerId, empty: await isEmpty(ledger.log) })).catch(tellIfRefused);
  const back = new Back();
  whenTold((message) => {
    if ('back' in message) back.url = message.back;
  });
  const service = await createFront(configuration, ledgerKey, ledger, back);
  stopInOrder(async () => {
    await service.close();
    await ledger.log.close();
    await eventStore?.close();
  });
  announce(await service.listen(configuration.host, configuration.port));
  await tellUntilEverythingServes(service.health);
}

/** The supervisor shows it while everything starts: at first often, later as often as a person looks. */
async function tellUntilEverythingServes(health: Health): Promise<void> {
  for (;;) {
    const report = await health.all();
    tell({ health: report });
    if (report.ok) return;
    await delay(performance.now() < START_MS ? 50 : 1_000);
  }
}

async function createFront(
  configuration: Configuration,
  ledgerKey: LedgerKey,
  ledger: Opening,
  back: Back,
): Promise<Service> {
  let app: ModuleRef | null = null;
  const service = await createService({
    name: 'front',
    logLevel: configuration.logLevel,
    knownProblems: adminProblems,
    module: FrontModule.register(ledger.log, ledgerKey, configuration, () => app),
    metricsText: async (own) => mergeMetrics([own, await back.metrics()]),
    describe: (own) => mergedDescriptions(withInbound(own), back.description),
  });
  app = service.app.get(ModuleRef);
  service.health.add(() => ({ name: 'front', ok: true, pid: process.pid }), false);
  service.health.add(() => partOf('event store', ledger.problem), false);
  service.health.add(() => back.health(), false);
  // With a callback: posts pass here too, and wait for no promise.
  service.fastify.addHook('onRequest', (request, _reply, done) => {
    if (!/^\/(docs|openapi)/.test(request.url)) return done();
    void back.describe().then(() => done());
  });
  await forwardToBack(service, () => back.url);
  return service;
}

/** Whether nothing has been recorded but that the ledger was opened. */
async function isEmpty(log: EventLog): Promise<boolean> {
  let events = 0;
  for await (const _ of log.readAll({ limit: 2 })) events++;
  return events < 2;
}
