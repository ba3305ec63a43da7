import { maskCredentials } from '#libs/config';
import { destination as standardOutput, type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';
import { redacted } from './redact.js';

/** A logger of JSON lines: level by name, ISO times, secrets masked by the name of their field and inside texts. */
export function createLogger(service: string, level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: { service },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }), log: redacted, bindings: redacted },
    hooks: { streamWrite: maskCredentials },
  };
  return pino(options, destination ?? standardOutput(1));
}
