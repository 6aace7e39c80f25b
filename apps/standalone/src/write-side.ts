import { adminProblems } from '@mo-ledger/admin';
import type { EventLog, LedgerKey } from '@mo-ledger/event-sourcing';
import { createService, type Service, type ServiceDescription } from '@mo-ledger/http';
import { withInbound } from '@mo-ledger/inbound';
import { ModuleRef } from '@nestjs/core';
import type { Configuration } from './configuration.js';
import { mergedDescriptions } from './merged-descriptions.js';
import { mergeMetrics } from './metrics-text.js';
import type { Parts } from './parts.js';
import { forwardToReadSide } from './read-side-proxy.js';
import { WriteSideModule } from './write-side.module.js';

interface Options {
  readonly configuration: Configuration;
  readonly log: EventLog;
  readonly ledgerKey: LedgerKey;
  readonly parts: Parts;
}

/** This process' own service on the one port: it receives posts, takes commands, tells of all parts, and forwards the rest to the read side. */
export async function startWriteSide({ configuration, log, ledgerKey, parts }: Options): Promise<Service> {
  let app: ModuleRef | null = null;
  let readSideDescription: ServiceDescription | null = null;
  const service = await createService({
    ...{ name: 'standalone', logLevel: configuration.logLevel, knownProblems: adminProblems },
    module: WriteSideModule.register(log, ledgerKey, configuration, () => app),
    metricsText: async (own) => mergeMetrics([own, ...(await Promise.all(parts.urls().map(metricsOf)))]),
    describe: (own) => {
      const whole = withInbound(own);
      return readSideDescription ? mergedDescriptions(whole, readSideDescription) : whole;
    },
  });
  app = service.app.get(ModuleRef);
  for (const [index] of parts.health().entries())
    service.health.add(() => parts.health()[index] ?? { name: 'part', ok: false }, false);
  // With a callback: posts pass here too, and wait for no promise.
  service.fastify.addHook('onRequest', (request, _reply, done) => {
    const { url } = parts.readSide;
    if (readSideDescription || !url || !/^\/(docs|openapi)/.test(request.url)) return done();
    void descriptionOf(url).then((description) => {
      readSideDescription = description;
      done();
    });
  });
  await forwardToReadSide(service, () => parts.readSide.url);
  return service;
}

/** A part that is just being started again has no figures. */
const metricsOf = (url: string): Promise<string> =>
  fetch(`${url}/metrics`, { signal: AbortSignal.timeout(2_000) }).then(
    (response) => response.text(),
    () => '',
  );

const descriptionOf = async (url: string): Promise<ServiceDescription | null> => {
  try {
    const response = await fetch(`${url}/openapi.json`, { signal: AbortSignal.timeout(5_000) });
    return (await response.json()) as ServiceDescription;
  } catch {
    return null;
  }
};
