import { Command } from 'commander';

export interface Arguments {
  dir: string;
  port: number;
  host: string;
}

export const parseArguments = (argv: readonly string[]): Arguments => {
  const program = new Command('event-store')
    .requiredOption('--dir <folder>', 'the folder with the events')
    .option('--port <port>', 'the port to listen on', Number, 2113)
    .option('--host <host>', 'the address to listen on', '127.0.0.1');
  return program.parse(argv).opts<Arguments>();
};
