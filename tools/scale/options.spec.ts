import { describe, expect, it } from '@jest/globals';
import { resolve } from 'node:path';
import { Problem } from '../console/problem.js';
import { parseScaleOptions, type ScaleOptions } from './options.js';

const parse = (...args: string[]): ScaleOptions => parseScaleOptions(args, ['email', 'media']);

describe('parseScaleOptions', () => {
  it('takes a range for each app', () => {
    expect(parse('media=1..4', 'email=2')).toEqual({
      help: false,
      dryRun: false,
      dataFolder: resolve('.leveret/scale'),
      main: undefined,
      rules: new Map([
        ['media', { least: 1, most: 4, targetMs: 20_000, coolDownMs: 30_000 }],
        ['email', { least: 2, most: 2, targetMs: 20_000, coolDownMs: 30_000 }],
      ]),
    });
  });

  it('takes every option, and an app of another project with its entry file', () => {
    const options = parse(
      ...['--target', '1m', '--cool-down', '500ms', '--data', '/tmp/x', '--dry-run'],
      ...['--main', '/srv/billing/main.js', 'billing=1..2'],
    );
    expect(options).toEqual({
      help: false,
      dryRun: true,
      dataFolder: '/tmp/x',
      main: '/srv/billing/main.js',
      rules: new Map([['billing', { least: 1, most: 2, targetMs: 60_000, coolDownMs: 500 }]]),
    });
  });

  it.each([
    [[], 'Expected apps with ranges, such as media=1..4.'],
    [['meda=1..2'], 'Unknown app: meda. Did you mean media?'],
    [['media'], 'media= takes a whole number from 1 to 64, or a range such as 1..4, got "".'],
    [['media=0..2'], 'media= takes a whole number from 1 to 64'],
    [['media=1..2', '--target', 'soon'], '--target takes milliseconds as a whole number'],
    [['media=1..2', '--cooldown', '1s'], "Unknown option '--cooldown'"],
    [['a=1', 'b=1', '--main', 'x.js'], '--main is the entry file of one app'],
  ])('refuses %j in one message', (args, message) => {
    expect(() => parse(...args)).toThrow(Problem);
    expect(() => parse(...args)).toThrow(message);
  });
});
