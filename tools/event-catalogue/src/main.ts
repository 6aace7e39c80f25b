import { program } from 'commander';
import { extended, type Permissions } from './catalogue.js';
import { readCatalogue, root, writeCatalogue } from './files.js';
import { readEventTypes } from './read-event-types.js';

const several = (type: string, others: string[] = []): string[] => [...others, type];

program
  .command('extend')
  .description('add new event types and optional fields to the catalogue')
  .option('--replace <type>', 'an event type that no log holds yet', several)
  .option('--retire <type>', 'an event type whose code is gone while its events stay in the log', several)
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
