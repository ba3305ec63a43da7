import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { Screen } from '../tools/console/screen.js';
import { BenchSuite } from './bench-suite.js';
import { type Effort, type Question, type Row } from './question.js';
import { fullLedgerIntake, fullLedgerLists } from './questions/full-ledger.js';
import { imageWork } from './questions/image-work.js';
import { distantMails, mails } from './questions/mails.js';
import { exportMemory, exportedRows, importedRows } from './questions/row-work.js';
import { idleMemory, readiness } from './questions/start-up.js';
import { overtaking, turns } from './questions/turns.js';
import { trackedJobs } from './questions/tracked-jobs.js';
import { renderTable } from './report.js';

const USAGE = `npm run bench -- [options]
  --runs N       rounds of each contender (default 3)
  --jobs N       no-op jobs a round (default 10000)
  --images N     images a round (default 40)
  --mails N      mails a round (default 2000)
  --rows N       rows exported and imported a round (default 1000000)
  --ledger N     final jobs that a ledger is filled with (default 0: nothing is asked about a full one)
  --only TEXT    questions whose title has this text
  --json FILE    also write the figures there
  --smoke        the smallest effort: proves that the benchmarks work, and measures nothing`;

const QUESTIONS: readonly Question[] = [
  ...[readiness, idleMemory, trackedJobs, turns, overtaking],
  ...[imageWork, mails, distantMails],
  ...[exportedRows, importedRows, exportMemory],
];
/** Asked last: they leave the gateway on a database of their own. */
const OF_A_FULL_LEDGER: readonly Question[] = [fullLedgerIntake, fullLedgerLists];
const SMOKE: Effort = { runs: 1, jobs: 200, images: 2, mails: 20, ledger: 1_000, rows: 2_000 };

/** `npm run bench`: every figure beside its baseline, measured in the same run. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '3' },
      jobs: { type: 'string', default: '10000' },
      images: { type: 'string', default: '40' },
      mails: { type: 'string', default: '2000' },
      rows: { type: 'string', default: '1000000' },
      ledger: { type: 'string', default: '0' },
      only: { type: 'string', default: '' },
      json: { type: 'string' },
      smoke: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const effort = values.smoke
    ? SMOKE
    : {
        ...{ runs: count('runs', values.runs), jobs: count('jobs', values.jobs) },
        ...{ images: count('images', values.images), mails: count('mails', values.mails) },
        rows: count('rows', values.rows),
        ledger: values.ledger === '0' ? 0 : count('ledger', values.ledger),
      };
  const questions = [...QUESTIONS, ...(effort.ledger === 0 ? [] : OF_A_FULL_LEDGER)];
  const answers = await askAll(
    questions.filter(({ title }) => title.toLowerCase().includes(values.only.toLowerCase())),
    effort,
  );
  if (values.json !== undefined) await writeFile(values.json, JSON.stringify({ effort, answers }, null, 2));
}

function count(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new Error(`--${name} expects a whole number from 1, got ${text}.`);
  return value;
}

async function askAll(
  questions: readonly Question[],
  effort: Effort,
): Promise<{ title: string; rows: readonly Row[] }[]> {
  const screen = new Screen(process.stderr);
  const suite = await BenchSuite.start(screen);
  const answers = [];
  try {
    for (const question of questions) {
      const rows = await screen.step(question.title, () => question.ask(suite, effort));
      console.log(`\n${renderTable(question, rows)}`);
      answers.push({ title: question.title, rows });
    }
  } finally {
    await screen.step('Stopping', () => suite.stop());
  }
  return answers;
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
