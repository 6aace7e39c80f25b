import { randomUUID } from 'node:crypto';
import {
  Inject,
  Module,
  type BeforeApplicationShutdown,
  type DynamicModule,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { CommandBus, CqrsModule } from '@nestjs/cqrs';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Registry } from 'prom-client';
import type { EventLog, LedgerKey } from '@mo-ledger/event-sourcing';
import { Health, LOGGER, partOf, type AddressRanges, type Logger } from '@mo-ledger/http';
import { MessageReceivedHandler, PostRecorder, type Gateway } from '@mo-ledger/messages';
import { INBOUND_LIMITS, InboundEndpoint, type InboundLimits } from './inbound-endpoint.js';
import { OrganizationDirectory } from './organization-directory.js';
import { createPostCounters } from './post-counters.js';
import { Refusals } from './refusals.js';

export interface InboundOptions {
  /** Whoever made it closes it, after the application. */
  readonly log: EventLog;
  readonly ledgerKey: LedgerKey;
  readonly gateway: Gateway;
  /** Who may post. */
  readonly sources: AddressRanges;
  /** Whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: AddressRanges;
  /** The gateway's schedule, in minutes. */
  readonly retryMinutes: readonly number[];
  readonly limits?: Partial<InboundLimits>;
}

const OPTIONS = Symbol('InboundOptions');
const RECORDED_BY = 'receiver';

/**
 * `POST /inbound/{organization}` and `/inbound/{organization}/{key}`. Nothing else speaks on that path. Needs what `createService` of
 * libs/http provides. Exports the OrganizationDirectory and the PostRecorder.
 */
@Module({})
export class InboundModule implements OnModuleInit, BeforeApplicationShutdown, OnApplicationShutdown {
  static register(options: InboundOptions): DynamicModule {
    const { log, ledgerKey, retryMinutes } = options;
    return {
      module: InboundModule,
      imports: [CqrsModule],
      providers: [
        { provide: OPTIONS, useValue: options },
        { provide: OrganizationDirectory, useFactory: () => new OrganizationDirectory(log) },
        {
          provide: PostRecorder,
          useFactory: () =>
            new PostRecorder(log, ledgerKey, { recordedBy: RECORDED_BY, retryMinutes, clock: () => performance.now() }),
        },
        {
          provide: Refusals,
          useFactory: (logger: Logger) =>
            new Refusals(log, ledgerKey, {
              ...{ instanceId: randomUUID(), recordedBy: RECORDED_BY, clock: () => new Date() },
              onFirst: (reason, source) => logger.warn({ reason, source }, 'refused posts'),
              onError: (err) => logger.warn({ err }, 'the totals of refused posts are not recorded yet'),
            }),
          inject: [LOGGER],
        },
        {
          provide: InboundEndpoint,
          useFactory: (...[commands, directory, refusals, registry, logger]: EndpointParts) =>
            new InboundEndpoint({
              ...{ commands, directory, refusals, logger, counters: createPostCounters(registry) },
              ...{
                gateway: options.gateway,
                ledgerKey,
                sources: options.sources,
                trustedProxies: options.trustedProxies,
              },
              limits: { ...INBOUND_LIMITS, ...options.limits },
            }),
          inject: [CommandBus, OrganizationDirectory, Refusals, Registry, LOGGER],
        },
        MessageReceivedHandler,
      ],
      exports: [OrganizationDirectory, PostRecorder],
    };
  }

  constructor(
    private readonly host: HttpAdapterHost,
    private readonly endpoint: InboundEndpoint,
    private readonly directory: OrganizationDirectory,
    private readonly refusals: Refusals,
    @Inject(Health) private readonly health: Health,
  ) {}

  onModuleInit(): void {
    const fastify = this.host.httpAdapter.getInstance<FastifyInstance>();
    const route = {
      // The URL may hold a secret: Fastify's own lines about requests do not.
      logLevel: 'silent' as const,
      onRequest: (request: FastifyRequest, reply: FastifyReply) => {
        reply.hijack();
        this.endpoint.serve(request.raw, reply.raw);
      },
    };
    // Everything below it is sent to this one route, by createService.
    fastify.all('/inbound', route, () => undefined);
    this.directory.start();
    this.health.add(() => partOf('receiver', this.directory.connected ? null : 'the event store does not answer'));
  }

  beforeApplicationShutdown(): void {
    this.endpoint.drain();
  }

  // The server has closed by now: every post that was accepted has been answered.
  async onApplicationShutdown(): Promise<void> {
    await this.refusals.flush();
    await this.directory.stop();
  }
}

type EndpointParts = [CommandBus, OrganizationDirectory, Refusals, Registry, Logger];
