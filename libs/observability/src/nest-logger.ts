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
    this.#write('fatal', message, rest);
  }

  /** Nest puts the context last, behind further messages or a stack. */
  #write(level: Level | 'fatal', message: unknown, rest: readonly unknown[]): void {
    const last = rest.at(-1);
    const context = typeof last === 'string' ? last : undefined;
    const details = (context === undefined ? rest : rest.slice(0, -1)).filter((detail) => detail !== undefined);
    const fields = { ...(context !== undefined && { context }), ...(details.length > 0 && { details }) };
    if (typeof message === 'string') this.#logger[level](fields, message);
    else if (message instanceof Error) this.#logger[level]({ ...fields, error: message }, message.message);
    else this.#logger[level]({ ...fields, about: message }, 'A message from a handler or from Nest');
  }
}
