import { AddressRanges } from './address.js';

/** A setting cannot be used; the message is the one line that the program stops with. */
export class WrongSetting extends Error {
  readonly code = 'WRONG_SETTING';
  constructor(name: string, problem: string) {
    super(`${name}: ${problem}`);
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads settings from the environment (API.md, Settings). An empty value counts as not set. Every reader throws WrongSetting. */
export class Settings {
  constructor(private readonly env: Environment = process.env) {}

  optional(name: string): string | undefined {
    return this.env[name]?.trim() || undefined;
  }

  text(name: string, otherwise: string): string {
    return this.optional(name) ?? otherwise;
  }

  required(name: string, why: string): string {
    const value = this.optional(name);
    if (value === undefined) throw new WrongSetting(name, `must be set: ${why}`);
    return value;
  }

  integer(name: string, otherwise: number, { min = 0, max = Number.MAX_SAFE_INTEGER } = {}): number {
    const value = this.optional(name);
    if (value === undefined) return otherwise;
    const number = Number(value);
    if (!/^\d+$/.test(value) || number < min || number > max)
      throw new WrongSetting(name, `must be a whole number from ${min} to ${max}, not "${value}"`);
    return number;
  }

  oneOf<const T extends string>(name: string, allowed: readonly T[], otherwise: T): T {
    const value = this.optional(name) ?? otherwise;
    const found = allowed.find((candidate) => candidate === value);
    if (!found) throw new WrongSetting(name, `must be one of ${allowed.join(', ')}, not "${value}"`);
    return found;
  }

  /** A URL whose protocol is one of `protocols` (without the colon). */
  url(name: string, protocols: readonly string[]): string | undefined {
    const value = this.optional(name);
    if (value === undefined) return undefined;
    const protocol = /^([a-z+]+):\/\/./.exec(value)?.[1];
    if (!protocol || !protocols.includes(protocol))
      throw new WrongSetting(name, `must be a URL that begins with ${protocols.map((p) => `${p}://`).join(' or ')}`);
    return value;
  }

  /** CIDR blocks, comma-separated. */
  ranges(name: string, otherwise: string): AddressRanges {
    const value = this.optional(name) ?? otherwise;
    try {
      return new AddressRanges(value);
    } catch (error) {
      throw new WrongSetting(name, error instanceof Error ? error.message : String(error));
    }
  }

  /** Positive whole numbers, comma-separated. */
  integers(name: string, otherwise: string): readonly number[] {
    const value = this.optional(name) ?? otherwise;
    const numbers = value.split(',').map((part) => part.trim());
    if (!numbers.every((part) => /^[1-9]\d{0,8}$/.test(part)))
      throw new WrongSetting(name, `must be whole numbers, comma-separated, not "${value}"`);
    return numbers.map(Number);
  }

  /** Where a service listens; port 0 takes a free one. */
  get listen(): { readonly host: string; readonly port: number } {
    return { host: this.text('HOST', '127.0.0.1'), port: this.integer('PORT', 3000, { max: 65_535 }) };
  }

  get eventStoreUrl(): string | undefined {
    return this.url('EVENTSTORE_URL', ['esdb', 'esdb+discover', 'kurrentdb', 'kurrentdb+discover']);
  }

  get dataDir(): string {
    return this.text('DATA_DIR', './data');
  }

  /** The gateway's schedule, in minutes (GATEWAY.md, Answering). */
  get retryMinutes(): readonly number[] {
    return this.integers('GATEWAY_RETRY_MINUTES', '1,5,10,60,120,360,720');
  }

  get trustedProxies(): AddressRanges {
    return this.ranges('TRUSTED_PROXIES', '');
  }

  /** Who may post: the gateway's published addresses, unless it is set; `besides` joins those. */
  gatewaySources(besides = ''): AddressRanges {
    return this.ranges('GATEWAY_SOURCES', `208.71.240.0/21,${besides}`);
  }

  /** How the read models' database is used. */
  get database() {
    return {
      url: this.url('DATABASE_URL', ['postgres', 'postgresql']),
      mostConnections: this.integer('DATABASE_CONNECTIONS', 10, { min: 2, max: 1_000 }),
      statementTimeoutMs: this.integer('DATABASE_STATEMENT_SECONDS', 60, { min: 1, max: 3_600 }) * 1_000,
    };
  }

  /** Names a projector among all that ever run; one that is started again under its name goes on at once with what it held. */
  get projectorName(): string | undefined {
    return this.optional('PROJECTOR_NAME');
  }

  /** So old may be what the read API serves before it says that it is not ready. */
  get maxLagSeconds(): number {
    return this.integer('MAX_LAG_SECONDS', 60, { min: 1 });
  }

  get logLevel() {
    return this.oneOf('LOG_LEVEL', ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], 'info');
  }
}

/** Runs a program's start; a wrong setting, or another refusal to start with a stable `code`, ends it with that one line and exit code 1. */
export async function startProgram(start: () => Promise<void>): Promise<void> {
  try {
    await start();
  } catch (error) {
    const known = error instanceof Error && 'code' in error;
    console.error(known ? error.message : error);
    process.exit(1);
  }
}
