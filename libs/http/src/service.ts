import 'reflect-metadata';
import { Global, Module, type DynamicModule, type ModuleMetadata } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { fastify, type FastifyInstance, type FastifyRequest } from 'fastify';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { Health } from './health.js';
import { createLogger, nestLogger, type Logger } from './logging.js';
import { METRICS_TEXT, OperationsController } from './operations.controller.js';
import { onlyLoopback } from './access.js';
import { withProblems, type ServiceDescription } from './api-description.js';
import { isInboundUrl, toInboundRoute } from './inbound-url.js';
import { Problem, ProblemFilter } from './problem.js';
import { WrongSetting } from './settings.js';

/** The token under which a service's pino logger is injected. */
export const LOGGER = Symbol('Logger');

const MOST_BODY_BYTES = 1024 * 1024;

export interface ServiceOptions {
  /** The service's name in logs and metrics, for example `receiver`. */
  readonly name: string;
  readonly logLevel: string;
  readonly module: DynamicModule;
  /** What `/metrics` answers, from this process' own figures; by default those. */
  readonly metricsText?: (own: string) => Promise<string>;
  /** What `/openapi.json` and `/docs` show, from this process' own description; by default that. */
  readonly describe?: (own: ServiceDescription) => ServiceDescription;
  /** Which problem a refusal of a library is, by its `code`. */
  readonly knownProblems?: (error: Error & { code?: unknown }) => Problem | null;
}

export interface Service {
  readonly app: NestFastifyApplication;
  readonly fastify: FastifyInstance;
  readonly logger: Logger;
  readonly health: Health;
  readonly metrics: Registry;
  /** What an error is answered as, for routes that are not Nest's. */
  readonly problemOf: (error: unknown) => Problem;
  /** Listens and tells the address, for example `http://127.0.0.1:3000`. */
  listen(host: string, port: number): Promise<string>;
  /** Takes no new requests, answers those under way, then stops. */
  close(): Promise<void>;
}

@Global()
@Module({})
class OperationsModule {
  static register(
    providers: NonNullable<ModuleMetadata['providers']>,
    exported: NonNullable<ModuleMetadata['exports']>,
  ): DynamicModule {
    return { module: OperationsModule, controllers: [OperationsController], providers, exports: exported };
  }
}

@Module({})
class ServiceModule {}

/**
 * A NestJS application on Fastify with what every service answers alike: problem+json, access from loopback only (but for
 * `/inbound`), health, metrics, OpenAPI. `Health`, prom-client's `Registry` and `LOGGER` can be injected everywhere.
 * Bodies are read as JSON, but on `/inbound`, whose bytes are left to its controller.
 */
export async function createService(options: ServiceOptions): Promise<Service> {
  const logger = createLogger(options.name, options.logLevel);
  const health = new Health();
  const metrics = new Registry();
  metrics.setDefaultLabels({ role: options.name });
  collectDefaultMetrics({ register: metrics });

  const instance = fastify({
    routerOptions: { maxParamLength: 1024 },
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    rewriteUrl: ({ url = '/' }) => toInboundRoute(url),
  });
  instance.removeAllContentTypeParsers();
  instance.addContentTypeParser('*', readBody);
  onlyLoopback(instance);

  // The type parameters of two installed copies of Fastify's types differ by version only.
  const adapter = new FastifyAdapter(instance as never);
  const module: DynamicModule = {
    module: ServiceModule,
    imports: [
      OperationsModule.register(
        [
          { provide: Health, useValue: health },
          { provide: Registry, useValue: metrics },
          { provide: LOGGER, useValue: logger },
          {
            provide: METRICS_TEXT,
            useValue: async () => {
              const own = await metrics.metrics();
              return options.metricsText ? options.metricsText(own) : own;
            },
          },
        ],
        [Health, Registry, LOGGER],
      ),
      options.module,
    ],
  };
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: nestLogger(logger),
    bodyParser: false,
    abortOnError: false,
  });
  const problems = new ProblemFilter(logger, options.knownProblems);
  app.useGlobalFilters(problems);
  const document = new DocumentBuilder()
    .setTitle('mo-ledger')
    .setVersion('1')
    .setDescription('Inbound SMS as an event-sourced ledger')
    .build();
  const { describe } = options;
  SwaggerModule.setup('docs', app, () => withProblems(SwaggerModule.createDocument(app, document)), {
    jsonDocumentUrl: 'openapi.json',
    ...(describe ? { patchDocumentOnRequest: (_request, _reply, own) => describe(own) } : {}),
  });

  return {
    app,
    fastify: instance,
    logger,
    health,
    metrics,
    problemOf: (error) => problems.problemOf(error),
    listen: async (host, port) => {
      await app.listen(port, host).catch((error: unknown) => {
        throw asWrongSetting(error);
      });
      return (await app.getUrl()).replace('[::1]', 'localhost');
    },
    close: () => app.close(),
  };
}

/** Where it cannot listen, the setting that is wrong is named (API.md, Settings). */
function asWrongSetting(error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE' || code === 'EACCES') return new WrongSetting('PORT', message);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'EADDRNOTAVAIL')
    return new WrongSetting('HOST', message);
  return error;
}

/** The last resort of every body but those of `/inbound`: JSON, or a problem. */
function readBody(
  request: FastifyRequest,
  payload: NodeJS.ReadableStream,
  done: (error: Error | null, body?: unknown) => void,
): void {
  if (isInboundUrl(request.url)) return done(null);
  const chunks: Buffer[] = [];
  let size = 0;
  payload.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= MOST_BODY_BYTES) chunks.push(chunk);
  });
  payload.on('error', (error: Error) => done(error));
  payload.on('end', () => {
    if (size > MOST_BODY_BYTES) return done(new Problem(413, `The body is larger than ${MOST_BODY_BYTES} bytes.`));
    if (size === 0) return done(null, undefined);
    try {
      done(null, JSON.parse(Buffer.concat(chunks).toString('utf8')));
    } catch (error) {
      done(new Problem(400, `The body is not JSON: ${error instanceof Error ? error.message : String(error)}`));
    }
  });
}
