import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Screen } from '../console/screen.js';
import { PROJECT } from '../project/app-list.js';
import { HELP } from './help.js';
import { type TestStage, testStages, type TestStep } from './steps.js';
import { type JestReport, sum, type Tally, tallyCheck, tallyJest } from './tally.js';

const AT_ONCE = 2;

/** `npm test`: every check and every test; one that fails does not keep the others from being heard. */
async function runSteps(screen: Screen, reports: string, signal: AbortSignal): Promise<Tally> {
  const { scripts } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const tallies: Tally[] = [];
  const run = async (step: TestStep): Promise<void> => {
    if (!signal.aborted) tallies.push(await runStep(step, reports, screen));
  };
  for (const stage of testStages(scripts)) await sideBySide(stage, run);
  return sum(tallies);
}

async function sideBySide(stage: TestStage, run: (step: TestStep) => Promise<void>): Promise<void> {
  const left = stage.values();
  const lane = async (): Promise<void> => {
    for (const step of left) await run(step);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}

async function runStep({ script, isJest }: TestStep, reports: string, screen: Screen): Promise<Tally> {
  const file = join(reports, `${script.replaceAll(':', '-')}.json`);
  const args = isJest ? ['--', '--json', `--outputFile=${file}`] : [];
  try {
    await screen.step(script, () => npmRun(script, args));
    return isJest ? tallyJest(true, readReport(file)) : tallyCheck(true);
  } catch (error) {
    screen.say(String(error));
    return isJest ? tallyJest(false, readReport(file)) : tallyCheck(false);
  }
}

/** Rejects with everything that the script said. */
function npmRun(script: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const output: string[] = [];
    const child = spawn('npm', ['run', '--silent', script, ...args], {
      cwd: PROJECT,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => output.push(text));
    }
    const stop = (signal: NodeJS.Signals): void => {
      child.kill(signal);
    };
    process.once('SIGINT', stop).once('SIGTERM', stop);
    child.once('error', reject);
    child.once('close', (code) => {
      process.off('SIGINT', stop).off('SIGTERM', stop);
      if (code === 0) resolve();
      else reject(new StepFailure(output.join('')));
    });
  });
}

/** Shown as what the step said, without a stack of this program. */
class StepFailure extends Error {
  override toString(): string {
    return this.message;
  }
}

function readReport(file: string): JestReport | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as JestReport;
  } catch {
    return undefined;
  }
}

/** @returns whether everything was run, and passed */
async function main(): Promise<boolean> {
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      interruption.abort();
    });
  }
  const reports = mkdtempSync(join(tmpdir(), 'leveret-reports-'));
  try {
    const { passed, failed } = await runSteps(new Screen(), reports, interruption.signal);
    console.log(`\n${passed} passed, ${failed} failed`);
    return failed === 0 && !interruption.signal.aborted;
  } finally {
    rmSync(reports, { recursive: true, force: true });
  }
}

const [option] = process.argv.slice(2);
if (option === undefined) {
  process.exitCode = (await main()) ? 0 : 1;
} else {
  console.error(`Expected no options, got ${option}.\n${HELP}`);
  process.exitCode = 1;
}
