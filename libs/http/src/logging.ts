import type { LoggerService } from '@nestjs/common';
import { pino, type Logger } from 'pino';

export type { Logger } from 'pino';

/** JSON lines on stderr, so that stdout is for people. No phone number and no message text above `debug`. */
export const createLogger = (name: string, level: string): Logger =>
  pino({ name, level }, pino.destination({ fd: 2, sync: true }));

/** Nest's own messages: routine ones are `debug` here. */
export const nestLogger = (logger: Logger): LoggerService => ({
  log: (message: unknown) => logger.debug(String(message)),
  debug: (message: unknown) => logger.trace(String(message)),
  verbose: (message: unknown) => logger.trace(String(message)),
  warn: (message: unknown) => logger.warn(String(message)),
  error: (message: unknown, stack?: unknown) => logger.error({ stack }, String(message)),
});
