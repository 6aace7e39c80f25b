import { Command, CommanderError } from 'commander';
import { codesCommands } from './codes.js';
import { eventsCommands } from './events.js';
import { Ledger, LedgerAway, LedgerRefused } from './ledger.js';
import { projectionsCommands } from './projections/index.js';
import { quarantineCommands } from './quarantine.js';
import { complaint, EXIT, Interrupted, ofThisProcess, Session, type Surroundings } from './session.js';

const HERE = 'http://127.0.0.1:3000';

/**
 * Does what the command line says, and answers the exit code: 0; 1 where the answer is bad (a projection stands still, a verification
 * found differences); 2 where the command line is wrong or the ledger cannot be reached or refuses; 130 where it was interrupted.
 *
 * @param argv what comes after the program's name
 */
export async function mo(argv: readonly string[], given: Partial<Surroundings> = {}): Promise<number> {
  const surroundings = { ...ofThisProcess(new AbortController().signal), ...given };
  const { out, err } = surroundings;
  let exitCode: number = EXIT.OK;
  const program = new Command('mo')
    .description("The operator's command line of mo-ledger.")
    .option('--url <url>', `the ledger (LEDGER_URL, or ${HERE})`)
    .option('--json', 'print what the ledger answers as JSON, and nothing else')
    .configureOutput({ writeOut: (text) => out.write(text), writeErr: (text) => err.write(text) })
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .addHelpText(
      'after',
      '\nExit codes: 0 all is well; 1 the answer is bad; 2 wrong usage, or the ledger is away or refuses.',
    );

  const run: Run = (act) =>
    async function (this: Command, ...values: unknown[]) {
      const { url, json } = this.optsWithGlobals<{ url?: string; json?: true }>();
      const where = url ?? surroundings.env['LEDGER_URL'] ?? HERE;
      if (!/^https?:$/.test(URL.parse(where)?.protocol ?? ''))
        throw new CommanderError(EXIT.REFUSED, 'mo.url', `${where} is not the URL of a ledger`);
      const ledger = new Ledger(where, surroundings.fetch, surroundings.signal);
      exitCode = await act(new Session(ledger, json === true, surroundings), ...(values as never[]));
    };
  for (const register of [projectionsCommands, quarantineCommands, codesCommands, eventsCommands])
    register(program, run);

  const complain = (text: string) => err.write(complaint(text));
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has said its own already.
      if (error.code.startsWith('mo.')) complain(error.message);
      return error.exitCode === 0 ? EXIT.OK : EXIT.REFUSED;
    }
    if (error instanceof Interrupted || surroundings.signal.aborted) {
      err.write('interrupted; what was begun goes on in the ledger\n');
      return EXIT.INTERRUPTED;
    }
    if (!(error instanceof LedgerAway || error instanceof LedgerRefused)) throw error;
    complain(error.message);
    return EXIT.REFUSED;
  }
}

/** Makes what commander calls of what a command does: it gets the session, then the arguments and options, and answers the exit code. */
export type Run = (
  act: (session: Session, ...values: never[]) => Promise<number>,
) => (this: Command, ...values: unknown[]) => Promise<void>;

/** Adds a group's commands to the program. */
export type Register = (program: Command, run: Run) => void;
