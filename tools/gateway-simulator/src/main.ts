import { Command, InvalidArgumentError, Option } from 'commander';
import { simulate } from './simulate.js';

const number = (least: number) => (text: string) => {
  const value = Number(text);
  if (!Number.isFinite(value) || value < least) throw new InvalidArgumentError(`must be a number from ${least} on.`);
  return value;
};
const minutes = (text: string) => text.split(',').map(number(0));

const program = new Command('simulate')
  .description("Posts like the gateway: the requirement's own sample, generated messages at a rate, oddities, retries.")
  .option('--url <url>', 'the ledger', process.env.LEDGER_URL ?? 'http://127.0.0.1:3000')
  .option('--organization <name>', 'whose URL is posted to', 'acme')
  .option('--key <key>', 'the secret of that URL')
  .option('--code <digits>', 'what is texted to', '26161')
  .option('--sample', "post the requirement's sample, byte for byte (what is done without other options)")
  .option('--count <n>', 'so many generated messages', number(1))
  .option('--duration <seconds>', 'generated messages for so long', number(0.001))
  .option('--rate <n>', 'posts a second; without it as fast as they are answered', number(0.001))
  .option('--connections <n>', 'posts under way at once', number(1), 32)
  .option('--keywords <words>', 'texts of the generated messages, comma-separated', 'JOIN,HOURS,STOP,HELP')
  .option('--noise <share>', 'of the messages that say something else, 0 to 1', number(0), 0.3)
  .option('--duplicates <share>', 'of the posts that repeat an earlier one, 0 to 1', number(0), 0.02)
  .option('--devices <n>', 'how many phones there are', number(1), 1000)
  .option('--oddity <name>', 'post this oddity, or all of them')
  .option('--list', 'list the oddities')
  .option('--demo', 'provision an organization, codes and programs, and send a few hundred messages')
  .option('--seed <n>', 'the same messages again', number(0))
  .option('--compress <n>', 'how many times faster the retry schedule runs (60); 0 never tries again', number(0))
  .addOption(
    new Option('--retry-minutes <list>', 'the retry schedule')
      .argParser(minutes)
      .default([1, 5, 10, 60, 120, 360, 720]),
  )
  .option('--source <address>', 'sent as X-Forwarded-For, for a ledger that trusts this machine as its proxy')
  .option('--timeout <seconds>', 'how long an answer may take', number(0.001), 30)
  .option('--acknowledged <file>', 'write the ids of the messages that were answered 200');

program.action(async () => {
  process.exitCode = await simulate(program.opts());
});
await program.parseAsync();
