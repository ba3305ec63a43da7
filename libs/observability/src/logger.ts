import { maskCredentials } from '#libs/config';
import { destination as standardOutput, type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';
import { redacted } from './redact.js';

/** A logger of JSON lines: level by name, ISO times, secrets masked by the name of their field and inside texts. */
export function createLogger(service: string, level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: { service },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }), log: redacted },
    hooks: { streamWrite: maskCredentials },
  };
  return withRedactedChildren(pino(options, destination ?? standardOutput(1)));
}

/** Pino's own formatter for the fields of a child holds for the first logger alone, so `child` itself masks them. */
function withRedactedChildren(logger: Logger): Logger {
  const plainChild = Reflect.get(logger, 'child') as unknown as (
    this: Logger,
    fields: object,
    options?: object,
  ) => Logger;
  function child(this: Logger, fields: object, options?: object): Logger {
    return plainChild.call(this, redacted(fields), options);
  }
  return Object.assign(logger, { child });
}
