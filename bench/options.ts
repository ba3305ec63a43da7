import { parseArgs } from 'node:util';
import { type Effort, FULL, SMOKE } from './effort.js';

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
