import { describe, expect, it } from '@jest/globals';
import { resolve } from 'node:path';
import { Problem } from '../console/problem.js';
import { parseStartOptions, type StartOptions } from './options.js';

const parse = (...args: string[]): StartOptions => parseStartOptions(args, {}, ['email', 'media']);

describe('parseStartOptions', () => {
  it('starts every app with the demonstration on port 3000 when nothing is given', () => {
    expect(parse()).toEqual({
      help: false,
      demonstration: true,
      port: 3000,
      dataFolder: resolve('.leveret'),
      apps: ['email', 'media'],
      scale: new Map(),
    });
  });

  it('takes every option, with the value behind a blank or an equals sign', () => {
    const options = parse('--no-demo', '--port', '0', '--data=/tmp/x', '--only', 'media', '--scale', 'media=2');
    expect(options).toEqual({
      help: false,
      demonstration: false,
      port: 0,
      dataFolder: '/tmp/x',
      apps: ['media'],
      scale: new Map([['media', { least: 2, most: 2 }]]),
    });
  });

  it('takes a range of processes, each app its own', () => {
    expect(parse('--scale', 'media=1..4,email=2').scale).toEqual(
      new Map([
        ['media', { least: 1, most: 4 }],
        ['email', { least: 2, most: 2 }],
      ]),
    );
  });

  it('takes the port of the environment unless the command line has one', () => {
    expect(parseStartOptions([], { PORT: '4000' }, []).port).toBe(4000);
    expect(parseStartOptions(['--port', '5000'], { PORT: '4000' }, []).port).toBe(5000);
  });

  it.each([
    [['--prot', '1'], 'Unknown option: --prot. Did you mean --port?'],
    [['--port', 'http'], '--port takes a whole number from 0 to 65535, got "http".'],
    [['--port', '65536'], '--port takes a whole number from 0 to 65535'],
    [['--port'], '--port needs a value.'],
    [['--no-demo=yes'], '--no-demo takes no value'],
    [['--only', 'meda'], 'Unknown app in --only: meda. Did you mean media?'],
    [['--only', 'media', '--scale', 'email=2'], 'Unknown app in --scale: email.'],
    [['--scale', 'media=0'], '--scale media= takes a whole number from 1 to 64, or a range such as 1..4, got "0".'],
    [['--scale', 'media=4..1'], '--scale media= takes a whole number from 1 to 64, or a range such as 1..4'],
    [['--scale', 'media=1..65'], 'or a range such as 1..4, got "1..65".'],
    [['media'], 'Expected options, got "media".'],
  ])('refuses %j in one message', (args, message) => {
    expect(() => parse(...args)).toThrow(Problem);
    expect(() => parse(...args)).toThrow(message);
  });
});
