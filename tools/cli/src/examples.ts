import type { Command } from 'commander';
import { typed } from './session.js';

/** Shows commands under a command's help as somebody would type them, with what they do. */
export function examples(command: Command, shown: Readonly<Record<string, string>>): Command {
  const lines = Object.entries(shown).map(([line, does]) => `  ${typed(line)}\n      ${does}`);
  return command.addHelpText('after', ['', 'Examples:', ...lines].join('\n'));
}
