import { examples } from '../examples.js';
import type { Register } from '../mo.js';
import { dropBuilds, switchBuild } from './builds.js';
import { knowingNames } from './knowing-names.js';
import { listProjections } from './list.js';
import { listParked, parkEvent, replayParked } from './parked.js';
import { rebuildProjection } from './rebuild.js';
import { showProjection } from './show.js';
import { verifyProjection } from './verify.js';

/** `mo projections …` */
export const projectionsCommands: Register = (program, run) => {
  const projections = examples(program.command('projections').description('the read models: how far, how fast, anew'), {
    'projections list': 'how every projection is; exit code 1 where one stands still',
    'projections verify messages': 'whether it is what the log makes of it',
  });
  const command = (usage: string, description: string) => projections.command(usage).description(description);

  examples(command('list', 'how far and how fast every projection is; 1 where one stands still'), {
    'projections list': 'a table',
    'projections list --json': 'the same for a script',
  }).action(run(listProjections));
  examples(command('show <name>', 'everything about one projection and its builds; 1 where it stands still'), {
    'projections show messages': 'position, lag, speed, progress, builds',
  }).action(run(knowingNames(showProjection)));
  examples(
    command(
      'rebuild <name>',
      'fills a new build from the log beside the one that serves, which it then replaces',
    ).option('--no-wait', 'do not wait until it serves'),
    {
      'projections rebuild messages': 'shows how far it is until it serves; exit code 1 where it will not',
      'projections rebuild messages --no-wait': 'comes back at once',
    },
  ).action(run(knowingNames(rebuildProjection)));
  examples(command('verify <name>', 'compares the read model with one that is built once more; 1 where they differ'), {
    'projections verify messages': 'rows that are missing, extra or different, by table, and the first of them by key',
    'projections verify messages --json': 'the whole report for a script',
  }).action(run(knowingNames(verifyProjection)));
  examples(command('switch <name> [build]', 'lets another build serve, for example the one before'), {
    'projections switch messages': 'the build that was kept',
    'projections switch messages messages_v1_2': 'this build',
  }).action(run(knowingNames(switchBuild)));
  examples(command('drop <name> [build]', 'deletes builds that do not serve: those that are kept, or this one'), {
    'projections drop messages': 'all that are kept',
    'projections drop messages messages_v1_1': 'this build, also while it is being filled',
  }).action(run(knowingNames(dropBuilds)));
  examples(command('parked <name>', 'the events that it goes on without, and why'), {
    'projections parked messages': 'their positions, for events show',
  }).action(run(knowingNames(listParked)));
  examples(command('park <name>', 'parks the event that it stands still at, and lets it go on'), {
    'projections park messages': 'when its handler cannot be mended at once',
  }).action(run(knowingNames(parkEvent)));
  examples(command('replay <name>', 'brings in what is parked; 1 where an event fails again'), {
    'projections replay messages': 'when its handler is mended',
  }).action(run(knowingNames(replayParked)));
};
