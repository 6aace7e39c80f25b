import { ReadModels, type OpenReadModel, type RowOf } from '@mo-ledger/projections';
import { all, Instant, is, writtenDevices, type Condition } from '@mo-ledger/read-model-kit';
import { sameText, sql } from '@mo-ledger/read-store';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { consent } from './consent.projection.js';
import type { consentTables, ConsentState } from './consent.tables.js';

/** The parameters of `GET /codes/{code}/subscribers/{device}`. */
export class SubscriberAt {
  @Instant('as it was then, of the messages received until that moment; without it, as it is') at?: Date;
}

/** API.md, `GET /codes/{code}/subscribers/{device}`. */
export interface SubscriberAnswer {
  readonly consent: {
    readonly state: ConsentState | 'NONE';
    readonly since: string | null;
    readonly confidence: string | null;
    readonly evidence: {
      readonly ledgerId: string;
      readonly messageId: string | null;
      readonly text: string;
      readonly at: string;
    } | null;
    readonly coverage: 'FULL' | 'PARTIAL';
  };
  readonly programs: readonly { readonly program: string; readonly state: string; readonly since: string }[];
}

/** One device on one code, however the device is written. Nobody is unknown: a stranger has no consent. */
export class ReadSubscriber extends Query<SubscriberAnswer> {
  constructor(
    readonly code: string,
    readonly device: string,
    readonly at: Date | undefined,
  ) {
    super();
  }
}

type Db = OpenReadModel<typeof consentTables>['db'];

@QueryHandler(ReadSubscriber)
export class ReadSubscriberHandler implements IQueryHandler<ReadSubscriber> {
  constructor(private readonly readModels: ReadModels) {}

  /** The order of the log decides what it is; of the changes, those count whose message was received until `at`. */
  async execute({ code, device, at }: ReadSubscriber): Promise<SubscriberAnswer> {
    const { db } = await this.readModels.of(consent);
    const coverage = await coverageOf(db, code, at);
    const subscriber = await findSubscriber(db, code, device);
    const change = subscriber === null ? undefined : await currentChange(db, subscriber, at);
    return {
      consent: {
        state: change?.state ?? 'NONE',
        since: change?.at ?? null,
        confidence: change?.confidence ?? null,
        evidence: change ? toEvidence(change) : null,
        coverage,
      },
      programs: subscriber === null ? [] : await programsOf(db, subscriber, at),
    };
  }
}

const until = (at: Date | undefined): Condition | null =>
  at ? sql<boolean>`at <= ${at.toISOString()}::timestamptz` : null;

/** A number, else whoever is written exactly so, else a number that was once written so. */
async function findSubscriber(db: Db, code: string, device: string): Promise<string | null> {
  const { e164, asWritten } = writtenDevices(device);
  const digits = e164.slice(1);
  const changesOf = (condition: Condition) =>
    db
      .selectFrom('changes')
      .select('subscriber')
      .where(all([condition, is('code', code)]))
      .limit(1)
      .executeTakeFirst();
  const number = await changesOf(all([sql<boolean>`device_e164 is not null`, sameText('device_e164', e164)]));
  if (number) return number.subscriber;
  for (const address of asWritten) {
    const sender = await changesOf(all([sql<boolean>`device_e164 is null`, sameText('device_address', address)]));
    if (sender) return sender.subscriber;
  }
  const once = await db
    .selectFrom('written')
    .select('subscriber')
    .where(all([sameText('digits', digits), is('code', code)]))
    .orderBy('position', 'desc')
    .limit(1)
    .executeTakeFirst();
  return once?.subscriber ?? null;
}

/** The change to the state that it is in: the first of the last ones that say the same. */
async function currentChange(
  db: Db,
  subscriber: string,
  at: Date | undefined,
): Promise<RowOf<typeof consentTables.changes> | undefined> {
  const counting = db
    .selectFrom('changes')
    .where('subscriber', '=', subscriber)
    .where(all([until(at)]));
  const last = await counting.select('state').orderBy('position', 'desc').limit(1).executeTakeFirst();
  if (!last) return undefined;
  const other = await counting
    .select('position')
    .where('state', '<>', last.state)
    .orderBy('position', 'desc')
    .limit(1)
    .executeTakeFirst();
  return counting
    .selectAll()
    .where('position', '>', other?.position ?? '-1')
    .orderBy('position')
    .limit(1)
    .executeTakeFirst();
}

async function programsOf(db: Db, subscriber: string, at: Date | undefined): Promise<SubscriberAnswer['programs']> {
  const rows = await db
    .selectFrom('enrolments')
    .select(['program', 'state', 'at'])
    .where('subscriber', '=', subscriber)
    .where(all([until(at)]))
    .orderBy('position')
    .execute();
  const programs = new Map<string, { program: string; state: string; since: string }>();
  for (const { program, state, at: since } of rows)
    if (programs.get(program)?.state !== state) programs.set(program, { program, state, since });
  return [...programs.values()];
}

/** Where a code forwards keywords only, or nobody has said what it forwards, a STOP may never reach us (GATEWAY.md, Consent). */
async function coverageOf(db: Db, code: string, at: Date | undefined): Promise<'FULL' | 'PARTIAL'> {
  const provisioned = await db
    .selectFrom('codes')
    .select('keywords_only')
    .where(all([is('code', code), until(at)]))
    .orderBy('position', 'desc')
    .limit(1)
    .executeTakeFirst();
  return provisioned && !provisioned.keywords_only ? 'FULL' : 'PARTIAL';
}

const toEvidence = ({ ledger_id, message_id, text, at }: RowOf<typeof consentTables.changes>) => ({
  ...{ ledgerId: ledger_id, messageId: message_id, text, at },
});
