import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { Command, InvalidArgumentError } from 'commander';
import { DEFAULT_CREDENTIALS } from '../server/credentials.js';
import type { EventStoreOptions } from '../event-store.js';

interface Flags {
  dir: string;
  port: number;
  host: string;
  public?: boolean;
  advertise?: string;
  metricsPort?: number;
  username: string;
  password: string;
  tlsCert?: string;
  tlsKey?: string;
  check?: boolean;
  backup?: string;
}

/** What the command line asks for. */
export type Task =
  | { kind: 'serve'; options: EventStoreOptions }
  | { kind: 'check'; dir: string }
  | { kind: 'backup'; dir: string; to: string };

const port = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535) throw new InvalidArgumentError('not a port');
  return value;
};

const program = (): Command =>
  new Command('event-store')
    .description("an event store that speaks EventStoreDB's protocol, on SQLite")
    .requiredOption('--dir <folder>', 'the folder with the events; one process a folder')
    .option('--port <port>', 'the port to listen on; 0: a free one', port, 2113)
    .option('--host <address>', 'the address to listen on', '127.0.0.1')
    .option('--public', 'allows an address that other machines can reach')
    .option('--advertise <host>', 'what gossip tells clients to dial, where it is not the address')
    .option('--metrics-port <port>', 'serves /metrics and /health here', port)
    .option('--username <name>', 'of the credentials that clients may send', process.env['EVENT_STORE_USERNAME'])
    .option('--password <text>', 'better set by EVENT_STORE_PASSWORD', process.env['EVENT_STORE_PASSWORD'])
    .option('--tls-cert <file>', 'a certificate (PEM); clients then say tls=true')
    .option('--tls-key <file>', "the certificate's key (PEM)")
    .option('--check', 'verifies the folder and says in one line what is wrong, if anything')
    .option('--backup <folder>', 'copies the folder consistently, while it is served as well');

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

const tlsOf = ({ tlsCert, tlsKey }: Flags): EventStoreOptions['tls'] => {
  if (tlsCert === undefined && tlsKey === undefined) return undefined;
  if (tlsCert === undefined || tlsKey === undefined) throw new Error('--tls-cert and --tls-key come together');
  return { certificate: readFileSync(tlsCert), key: readFileSync(tlsKey) };
};

/** Reads the command line; throws, in a sentence, for what must not be. */
export const parseArguments = (argv: readonly string[]): Task => {
  const flags = program().parse(argv).opts<Flags>();
  if (flags.check) return { kind: 'check', dir: flags.dir };
  if (flags.backup !== undefined) return { kind: 'backup', dir: flags.dir, to: flags.backup };
  if (!isLoopback(flags.host) && !flags.public)
    throw new Error(`${flags.host} can be reached from other machines: say --public where that is meant`);
  const tls = tlsOf(flags);
  const { username = DEFAULT_CREDENTIALS.username, password = DEFAULT_CREDENTIALS.password } = flags;
  return {
    kind: 'serve',
    options: {
      ...{ dir: flags.dir, port: flags.port, host: flags.host, credentials: { username, password } },
      ...(flags.advertise !== undefined && { advertisedHost: flags.advertise }),
      ...(flags.metricsPort !== undefined && { metricsPort: flags.metricsPort }),
      ...(tls && { tls }),
    },
  };
};
