import { beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { NestLogger } from './nest-logger.js';
import { createTelemetry } from './telemetry.js';

const lines: string[] = [];

beforeEach(() => {
  lines.length = 0;
  const destination = { write: (line: string): void => void lines.push(line) };
  Logger.overrideLogger(new NestLogger(createTelemetry({ service: 'spec', level: 'trace', destination })));
});

const logged = (): Record<string, unknown> => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown>;

describe('NestLogger', () => {
  it("writes a line of Nest's Logger with its context", () => {
    new Logger('Mailer').warn('slow relay');
    expect(logged()).toMatchObject({ level: 'warn', context: 'Mailer', msg: 'slow relay' });
  });

  it.each([
    ['log', 'info'],
    ['error', 'error'],
    ['debug', 'debug'],
    ['verbose', 'trace'],
    ['fatal', 'fatal'],
  ] as const)('writes %s as %s', (method, level) => {
    new Logger('X')[method]('text');
    expect(logged()['level']).toBe(level);
  });

  it('keeps the chatter of a start at debug', () => {
    new Logger('RoutesResolver').log('HealthController {/health}:');
    expect(logged()['level']).toBe('debug');
  });

  it('takes an error as a message', () => {
    new Logger('X').error(new TypeError('bad'));
    expect(logged()).toMatchObject({ msg: 'bad', error: { type: 'TypeError' } });
  });

  it('keeps a stack and further messages as details', () => {
    new Logger('X').error('failed', 'Error: failed\n    at here');
    expect(logged()).toMatchObject({ msg: 'failed', context: 'X', details: ['Error: failed\n    at here'] });
  });

  it('takes an object as a message', () => {
    new Logger('X').log({ password: 'canary', n: 1 });
    expect(logged()).toMatchObject({ about: { password: '***', n: 1 } });
  });
});
