import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { ThrowAwayFolder } from '../../tools/test/throw-away-folder.js';
import { TEST_VARIABLES } from '../../tools/test/throw-away-parts.js';
import { Campaign } from './harness/campaign.js';
import { FAULTS } from './harness/fault-list.js';
import { FaultSuite } from './harness/fault-suite.js';
import { HttpTarget } from './harness/http-target.js';
import { chosenSeed, SeededRandom } from './harness/random.js';
import { type FaultReport, renderReport, reportOf } from './harness/report.js';
import { HELP } from './help.js';

const RECOVERY_MS = 5 * 60_000;
const LAST_RECOVERY_MS = 10 * 60_000;
const BEFORE_THE_FIRST_MS = 5_000;

interface LongRun {
  readonly jobs: number;
  readonly minutes: number;
  readonly everyMs: number;
  readonly seed: number;
  readonly only: string;
}

/** `npm run faults:long`: many jobs, a fault every minute, and what came of them. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      jobs: { type: 'string', default: '100000' },
      minutes: { type: 'string', default: '60' },
      every: { type: 'string', default: '60' },
      seed: { type: 'string' },
      only: { type: 'string', default: '' },
      out: { type: 'string', default: join('.leveret', 'faults') },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    say(HELP);
    return;
  }
  const run = {
    jobs: count('jobs', values.jobs),
    minutes: count('minutes', values.minutes),
    everyMs: count('every', values.every) * 1_000,
    seed: chosenSeed(values.seed),
    only: values.only,
  };
  const report = await onOwnServers(run);
  const text = renderReport(report);
  say(`\n${text}`);
  await mkdir(values.out, { recursive: true });
  await writeFile(join(values.out, 'report.json'), JSON.stringify(report, null, 2));
  await writeFile(join(values.out, 'report.md'), text);
  process.exitCode = report.violations.length === 0 ? 0 : 1;
}

async function onOwnServers(run: LongRun): Promise<FaultReport> {
  say(`--seed ${run.seed} --jobs ${run.jobs} --minutes ${run.minutes}`);
  const folder = new ThrowAwayFolder();
  process.env[TEST_VARIABLES.folder] = folder.path;
  const [system, target] = await Promise.all([FaultSuite.start(), HttpTarget.open()]);
  try {
    return await underFaults(run, system, target);
  } finally {
    await target.close();
    await system.stop();
    folder.remove();
  }
}

async function underFaults(run: LongRun, system: FaultSuite, target: HttpTarget): Promise<FaultReport> {
  const random = new SeededRandom(run.seed);
  const began = Date.now();
  const perSecond = run.jobs / (run.minutes * 60);
  const campaign = new Campaign(system, random.fork('long'), { perSecond, target });
  campaign.start();
  try {
    await wait(BEFORE_THE_FIRST_MS);
    await strikeUntilSubmitted(run, campaign, random);
  } finally {
    await campaign.end();
  }
  say('Every job is submitted; waiting until all have ended.');
  const verdict = await campaign.verdict(LAST_RECOVERY_MS);
  const minutes = (Date.now() - began) / 60_000;
  return reportOf(campaign, verdict, { seed: run.seed, minutes, runs: await runsOf(system, campaign.name) });
}

/** Every fault once in an order of its own, then again in another, until the jobs are submitted. */
async function strikeUntilSubmitted(run: LongRun, campaign: Campaign, random: SeededRandom): Promise<void> {
  const order = random.fork('order');
  const faults = FAULTS.filter(({ kind }) => kind.includes(run.only));
  for (;;) {
    for (const fault of order.shuffled(faults)) {
      if (campaign.submitted >= run.jobs) return;
      const next = Date.now() + run.everyMs;
      const strike = await campaign.strike(fault);
      await campaign.recover(strike, RECOVERY_MS);
      const recovered = strike.recoveredMs === undefined ? 'not in time' : `${Math.round(strike.recoveredMs)} ms`;
      say(`${new Date().toISOString()} ${fault.kind}: recovered ${recovered}; ${campaign.submitted} jobs submitted`);
      await wait(Math.max(0, next - Date.now()));
    }
  }
}

/** How many messages the ledger has sent out for each submit. */
async function runsOf({ suite }: FaultSuite, campaign: string): Promise<ReadonlyMap<number, number>> {
  const rows = await suite.servers.query<{ submit: number; run: number }>(
    "select (metadata->>'submit')::int as submit, run from jobs where metadata->>'campaign' = $1",
    [campaign],
  );
  return new Map(rows.map(({ submit, run }) => [submit, run]));
}

function count(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new Error(`--${name} expects a whole number from 1, got ${text}.`);
  return value;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
}
