import { program } from 'commander';
import { extended, type Permissions } from './catalogue.js';
import { readCatalogue, root, writeCatalogue } from './files.js';
import { readEventTypes } from './read-event-types.js';

const several = (types: string, others: string[] = []): string[] => [...others, ...types.split(',')];

program
  .command('extend')
  .description('add new event types and optional fields to the catalogue')
  .option('--replace <types>', 'event types that no log holds yet, comma-separated: they may change or go', several)
  .option(
    '--retire <types>',
    'event types whose code is gone while their events stay in the log, comma-separated',
    several,
  )
  .action(async ({ replace = [], retire = [] }: Partial<Permissions>) => {
    const before = readCatalogue();
    try {
      const after = extended(before, readEventTypes(root), { replace, retire });
      await writeCatalogue(after);
      const added = Object.keys(after.events).filter((type) => !Object.hasOwn(before.events, type));
      console.log(`${Object.keys(after.events).length} event types; new: ${added.join(', ') || 'none'}`);
    } catch (error) {
      console.error(error instanceof Error ? error.message : error);
      process.exitCode = 1;
    }
  });

await program.parseAsync();
