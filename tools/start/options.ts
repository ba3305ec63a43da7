import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { nearest } from '#libs/config';
import { Problem } from '../console/problem.js';
import { parseScaleRange, type ScaleRange } from '../scale/scale-range.js';
import { HELP } from './help.js';

const DEFAULT_PORT = '3000';
const DEFAULT_DATA_FOLDER = '.leveret';
const LARGEST_PORT = 65_535;
const SLIPS = 3;

const TAKEN = {
  'no-demo': { type: 'boolean' },
  port: { type: 'string' },
  data: { type: 'string' },
  only: { type: 'string' },
  scale: { type: 'string', multiple: true },
  help: { type: 'boolean' },
} as const;
type OptionName = keyof typeof TAKEN;

export interface StartOptions {
  readonly help: boolean;
  readonly demonstration: boolean;
  /** 0: any free port. */
  readonly port: number;
  readonly dataFolder: string;
  /** The consumer apps to start. */
  readonly apps: readonly string[];
  /** Processes per app; 1 for an app that is not named. */
  readonly scale: ReadonlyMap<string, ScaleRange>;
}

/**
 * What the command line asks for; `available` are the consumer apps that there are.
 * @throws Problem about the first thing that cannot be understood, with what was probably meant.
 */
export function parseStartOptions(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  available: readonly string[],
): StartOptions {
  const given = read(args);
  const apps = given.only === undefined ? available : names(given.only, '--only', available);
  return {
    help: given.help === true,
    demonstration: given['no-demo'] !== true,
    port: wholeNumber('--port', given.port ?? env['PORT'] ?? DEFAULT_PORT, 0, LARGEST_PORT),
    dataFolder: resolve(given.data ?? DEFAULT_DATA_FOLDER),
    apps,
    scale: scales(given.scale ?? [], apps),
  };
}

interface Given {
  'no-demo'?: true;
  help?: true;
  port?: string;
  data?: string;
  only?: string;
  scale?: string[];
}

function read(args: readonly string[]): Given {
  const { tokens } = parseArgs({
    args: [...args],
    options: TAKEN,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const given: Given = {};
  for (const token of tokens) {
    if (token.kind === 'positional')
      throw new Problem(`Expected options, got ${JSON.stringify(token.value)}.\n${HELP}`);
    if (token.kind === 'option') take(given, token.name, token.rawName, token.value);
  }
  return given;
}

function take(given: Given, name: string, rawName: string, value: string | undefined): void {
  if (!isOption(name))
    throw unknown(
      'option',
      rawName,
      Object.keys(TAKEN).map((option) => `--${option}`),
    );
  if (TAKEN[name].type === 'boolean') {
    if (value !== undefined) throw new Problem(`${rawName} takes no value, got ${JSON.stringify(value)}.`);
    given[name as 'no-demo' | 'help'] = true;
    return;
  }
  if (value === undefined || value === '' || value.startsWith('--'))
    throw new Problem(`${rawName} needs a value.\n${HELP}`);
  if (name === 'scale') given.scale = [...(given.scale ?? []), value];
  else given[name as 'port' | 'data' | 'only'] = value;
}

function isOption(name: string): name is OptionName {
  return Object.hasOwn(TAKEN, name);
}

function names(list: string, option: string, available: readonly string[]): readonly string[] {
  const wanted = list.split(',').map((name) => name.trim());
  for (const name of wanted) {
    if (!available.includes(name)) throw unknown(`app in ${option}`, name, available);
  }
  return [...new Set(wanted)];
}

function scales(lists: readonly string[], apps: readonly string[]): ReadonlyMap<string, ScaleRange> {
  const entries = lists.flatMap((list) => list.split(','));
  return new Map(
    entries.map((entry) => {
      const [name = '', count = ''] = entry.split('=').map((part) => part.trim());
      if (!apps.includes(name)) throw unknown('app in --scale', name, apps);
      return [name, parseScaleRange(`--scale ${name}=`, count)];
    }),
  );
}

function wholeNumber(option: string, text: string, least: number, most: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  throw new Problem(`${option} takes a whole number from ${least} to ${most}, got ${JSON.stringify(text)}.`);
}

function unknown(kind: string, got: string, known: readonly string[]): Problem {
  const meant = nearest(got, known, SLIPS);
  const question = meant === undefined ? '' : ` Did you mean ${meant}?`;
  return new Problem(`Unknown ${kind}: ${got}.${question} There is: ${known.join(', ')}.`);
}
