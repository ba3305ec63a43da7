import { type Logger } from 'pino';
import { type EventDefinition, type Fields } from './event-definition.js';

/** Writes events as log lines. */
export class EventLog {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  take(name: string, definition: EventDefinition, fields: Fields): void {
    const level = definition.level(fields);
    if (this.#logger.isLevelEnabled(level)) this.#logger[level]({ event: name, ...fields }, definition.message);
  }
}
