import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { nearest } from '#libs/config';
import { DURATION_FORM, parseDuration } from '#libs/contracts';
import { errorMessage, Problem } from '../console/problem.js';
import { COOL_DOWN_MS, type ScaleRules, TARGET_MS } from './decide.js';
import { HELP } from './help.js';
import { parseScaleRange } from './scale-range.js';

const DEFAULT_DATA_FOLDER = '.leveret/scale';
const SLIPS = 3;

/** What the command line asks for. */
export interface ScaleOptions {
  readonly help: boolean;
  readonly dryRun: boolean;
  readonly dataFolder: string;
  /** The entry file of the one app; undefined for apps of this project. */
  readonly main: string | undefined;
  /** By app. */
  readonly rules: ReadonlyMap<string, ScaleRules>;
}

/**
 * What the command line asks for; `available` are the apps of this project.
 * @throws Problem about the first thing that cannot be understood
 */
export function parseScaleOptions(args: readonly string[], available: readonly string[]): ScaleOptions {
  const { values, positionals } = read(args);
  const times = {
    targetMs: time('--target', values.target, TARGET_MS),
    coolDownMs: time('--cool-down', values['cool-down'], COOL_DOWN_MS),
  };
  const rules = new Map(
    positionals.map((text) => {
      const [app = '', range = ''] = text.split('=');
      if (values.main === undefined) checkApp(app, available);
      return [app, { ...parseScaleRange(`${app}=`, range), ...times }];
    }),
  );
  const help = values.help === true;
  if (!help) checkNumber(rules.size, values.main);
  return {
    ...{ help, rules, dryRun: values['dry-run'] === true, dataFolder: resolve(values.data ?? DEFAULT_DATA_FOLDER) },
    main: values.main === undefined ? undefined : resolve(values.main),
  };
}

type Given = ReturnType<typeof parse>;

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { target: text, 'cool-down': text, main: text, data: text, 'dry-run': flag, help: flag },
  });
}

function read(args: readonly string[]): Given {
  try {
    return parse(args);
  } catch (error) {
    throw new Problem(`${errorMessage(error)}\n${HELP}`);
  }
}

function time(option: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const ms = parseDuration(/^\d+$/.test(text) ? Number(text) : text);
  if (ms !== undefined && ms > 0) return ms;
  throw new Problem(`${option} takes ${DURATION_FORM}, got ${JSON.stringify(text)}.`);
}

function checkApp(app: string, available: readonly string[]): void {
  if (available.includes(app)) return;
  const meant = nearest(app, available, SLIPS);
  const question = meant === undefined ? '' : ` Did you mean ${meant}?`;
  throw new Problem(`Unknown app: ${app}.${question} There is: ${available.join(', ')}.`);
}

function checkNumber(apps: number, main: string | undefined): void {
  if (apps === 0) throw new Problem(`Expected apps with ranges, such as media=1..4.\n${HELP}`);
  if (main !== undefined && apps > 1) throw new Problem('--main is the entry file of one app; name that app alone.');
}
