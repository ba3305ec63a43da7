import { parseArgs } from 'node:util';
import { type Effort, FULL, SMOKE } from './effort.js';

export const USAGE = `npm run bench -- [options]
  --runs N       rounds of each contender (default 3)
  --jobs N       no-op jobs a round (default 10000)
  --seconds N    of load at a steady rate for each figure (default 10)
  --listeners N  live listeners (default 9900)
  --images N     images a round (default 40)
  --video N      seconds of the video that is transcoded (default 60)
  --mails N      mails a round (default 2000)
  --rows N       rows exported and imported a round (default 1000000)
  --backlog N    also asks how it is when so many jobs wait, such as 1000000
  --ledger N     final jobs that a ledger is filled with (default 0: nothing is asked about a full one)
  --only TEXT    questions whose title has this text
  --list         only says which questions there are
  --json FILE    also write the figures there
  --svg FILE     also draw them there
  --smoke        the smallest effort: proves that the benchmarks work, and measures nothing`;

/** What a run of the benchmarks is asked for. */
export interface BenchOptions {
  readonly effort: Effort;
  readonly only: string;
  readonly json: string | undefined;
  readonly svg: string | undefined;
  readonly instead: 'help' | 'list' | undefined;
}

/** @throws Error that names an option that is not as it must be */
export function readOptions(args: readonly string[]): BenchOptions {
  const text = (value: string): { type: 'string'; default: string } => ({ type: 'string', default: value });
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ runs: text('3'), jobs: text('10000'), seconds: text('10'), listeners: text('9900') },
      ...{
        images: text('40'),
        video: text('60'),
        mails: text('2000'),
        rows: text('1000000'),
        backlog: text('0'),
        ledger: text('0'),
      },
      ...{ only: text(''), json: { type: 'string' }, svg: { type: 'string' } },
      ...{ smoke: flag, list: flag, help: flag },
    },
  });
  const instead = values.help ? 'help' : values.list ? 'list' : undefined;
  return {
    effort: values.smoke ? SMOKE : effortOf(values),
    ...{ only: values.only.toLowerCase(), json: values.json, svg: values.svg, instead },
  };
}

type Numbers = Readonly<Record<'runs' | 'jobs' | 'seconds' | 'listeners' | 'images' | 'mails' | 'rows', string>> &
  Readonly<Record<'backlog' | 'ledger' | 'video', string>>;

function effortOf(values: Numbers): Effort {
  const count = (name: keyof Numbers, least: 0 | 1 = 1): number => {
    const value = Number(values[name]);
    if (Number.isSafeInteger(value) && value >= least) return value;
    throw new Error(`--${name} expects a whole number from ${least}, got ${values[name]}.`);
  };
  const further = count('backlog', 0);
  return {
    ...FULL,
    ...{ runs: count('runs'), jobs: count('jobs'), seconds: count('seconds'), listeners: count('listeners') },
    ...{
      images: count('images'),
      videoSeconds: count('video'),
      mails: count('mails'),
      rows: count('rows'),
      ledger: count('ledger', 0),
    },
    backlogs: [...FULL.backlogs, ...(further === 0 ? [] : [further])],
  };
}
