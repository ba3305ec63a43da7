import { type LoggerService } from '@nestjs/common';
import { type Logger } from 'pino';
import { type Level } from './event-definition.js';
import { type Telemetry } from './telemetry.js';

/** What Nest tells of its own start, line by line; of use only to who debugs the wiring. */
const CHATTER = new Set([
  'InstanceLoader',
  'NestApplication',
  'NestFactory',
  'NestMicroservice',
  'RouterExplorer',
  'RoutesResolver',
]);

/** Nest's own log lines, and those of handlers that use Nest's `Logger`, as lines of the process's log. */
export class NestLogger implements LoggerService {
  readonly #logger: Logger;

  constructor(telemetry: Pick<Telemetry, 'logger'>) {
    this.#logger = telemetry.logger;
  }

  log(message: unknown, ...rest: unknown[]): void {
    this.#write(CHATTER.has(String(rest.at(-1))) ? 'debug' : 'info', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.#write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.#write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.#write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.#write('trace', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.#write('error', message, rest);
  }

  /** Nest puts the context last, behind further messages or a stack. */
  #write(level: Level, message: unknown, rest: readonly unknown[]): void {
    const context = rest.at(-1);
    const details = rest.slice(0, -1).filter((detail) => detail !== undefined);
    const fields = {
      ...(typeof context === 'string' ? { context } : context !== undefined && { details: [...details, context] }),
      ...(typeof context === 'string' && details.length > 0 && { details }),
      ...(typeof message === 'object' && { [message instanceof Error ? 'error' : 'about']: message }),
    };
    this.#logger[level](fields, typeof message === 'object' ? 'Nest' : String(message));
  }
}
