import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LAB_MAIN, PROJECT } from '../../tools/project/app-list.js';
import { eventually } from '../support/eventually.js';
import { whenAllEnded } from '../support/job-load.js';
import { SuiteJobs } from '../support/suite-jobs.js';
import { testEnvironment } from '../support/test-environment.js';
import { startSuite, type TestSuite } from '../support/test-suite.js';
import { Witness } from '../support/witness.js';

const PATIENCE_MS = 90_000;
/** How long one process fewer may take to be seen. */
const STEP_PATIENCE_MS = 10_000;

/** Many jobs at once, and what there is for them: processes at most, slots in each, the target of the scaler. */
const BURSTS = {
  /** One process would need 30 s. */
  small: { jobs: 240, runMs: 250, most: 3, slots: 2, targetS: 4, patienceMs: PATIENCE_MS },
  /** One process would need 21 minutes. */
  large: { jobs: 5_000, runMs: 1_000, most: 8, slots: 4, targetS: 20, patienceMs: 330_000 },
};
const burst = BURSTS[process.env['SCALE_BURST'] === 'large' ? 'large' : 'small'];

interface Line {
  readonly time?: string;
  readonly event?: string;
  readonly msg?: string;
  readonly from?: number;
  readonly to?: number;
}

/** `npm run scale` for the lab app of a suite, without npm in between. */
class Scaler {
  readonly lines: Line[] = [];
  readonly #child: ChildProcess;
  readonly #exited: Promise<number | null>;

  constructor(suite: TestSuite, ...options: readonly string[]) {
    const program = join(PROJECT, 'dist', 'tools', 'scale', 'main.js');
    const data = join(testEnvironment().folder, `scale-${suite.servers.id}`);
    const range = `lab=1..${burst.most}`;
    this.#child = spawn(process.execPath, [program, range, '--main', LAB_MAIN, '--data', data, ...options], {
      env: {
        ...suite.environment('lab'),
        ...{ LEVERET_URL: suite.url, LEVERET_API_KEY: suite.apiKey, CONCURRENCY: String(burst.slots) },
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#exited = once(this.#child, 'exit').then(([code]) => code as number | null);
    createInterface({ input: this.#child.stdout ?? process.stdin }).on('line', (line) => {
      this.lines.push(JSON.parse(line) as Line);
    });
  }

  /** How many processes there were before and after each change. */
  get steps(): readonly (readonly [number, number])[] {
    return this.#decisions.flatMap(({ from = 0, to = 0 }) => (from === to ? [] : [[from, to] as const]));
  }

  /** The decisions as they were told. */
  get words(): readonly string[] {
    return this.#decisions.map(({ msg = '' }) => msg);
  }

  /** The decisions with the time of each, a line for each. */
  get log(): string {
    return this.#decisions.map(({ time = '', msg = '' }) => `${time} ${msg}\n`).join('');
  }

  /** What was told of processes beside the decisions: those that ended without being told to, or did not start. */
  get mishaps(): readonly Line[] {
    return this.lines.filter(({ event }) => event === 'scale.process');
  }

  /** Settles with the exit code. */
  async stop(): Promise<number | null> {
    this.#child.kill('SIGTERM');
    return this.#exited;
  }

  get #decisions(): readonly Line[] {
    return this.lines.filter(({ event }) => event === 'scale.decided');
  }
}

describe('apps that are scaled on one machine', () => {
  let suite: TestSuite;
  let jobs: SuiteJobs;
  let scaler: Scaler;
  let dry: Scaler | undefined;

  beforeAll(async () => {
    suite = await startSuite({ apps: [] });
    jobs = new SuiteJobs(suite);
    scaler = new Scaler(suite, '--target', `${burst.targetS}s`, '--cool-down', '3s');
    await alive(1);
    await eventually(
      'the tasks',
      async () => (await suite.api('GET', '/v1/tasks/lab.script')).status === 200 || undefined,
    );
  }, PATIENCE_MS);

  afterAll(async () => {
    await Promise.all([scaler.stop(), dry?.stop()]);
    await suite.stop();
  }, PATIENCE_MS);

  /** Waits until the gateway hears of exactly so many processes, and gives their numbers. */
  const alive = (count: number, withinMs?: number): Promise<readonly number[]> =>
    eventually(
      `${count} workers`,
      async () => {
        const { data } = await suite.leveret.workers.list().page();
        const pids = data.filter((worker) => worker.alive).map(({ id }) => Number(/:(\d+)-/.exec(id)?.[1]));
        return pids.length === count ? pids : undefined;
      },
      () => scaler.lines.slice(-5),
      withinMs,
    );

  /** Waits until the scaler has said this. */
  const told = async (words: RegExp): Promise<void> => {
    const said = (): readonly string[] => scaler.lines.map(({ msg = '' }) => msg);
    await eventually(String(words), () => said().find((msg) => words.test(msg)), said);
  };

  /** Holds every execution that the ledger has, and every one that was seen from outside, against one for each job. */
  const expectOneExecutionEach = async (witness: Witness): Promise<void> => {
    const runs = await suite.servers.query<{ job_id: string; attempt: number; outcome: string }>(
      'select job_id, attempt, outcome from attempts where started_at is not null',
    );
    expect(runs.filter(({ attempt, outcome }) => attempt !== 1 || outcome !== 'completed')).toEqual([]);
    expect([runs.length, new Set(runs.map((run) => run.job_id)).size]).toEqual([burst.jobs, burst.jobs]);
    expect([...witness.executions().values()].filter((times) => times !== 1)).toEqual([]);
    expect([witness.total, witness.ended().size]).toEqual([burst.jobs, burst.jobs]);
  };

  it(
    'get more processes for a burst and fewer after it, and no attempt is lost by that',
    async () => {
      const witness = new Witness(testEnvironment().folder, 'scale');
      const body = { task: 'lab.script', payload: { steps: ['hold'], ms: burst.runMs, witness: witness.file } };
      const { status } = await suite.api('POST', '/v1/jobs/batch', {
        jobs: Array.from({ length: burst.jobs }, () => body),
      });
      expect(status).toBe(202);
      const ended = [...(await whenAllEnded(suite, burst.patienceMs)).values()];
      await alive(1, burst.most * STEP_PATIENCE_MS);
      if (burst === BURSTS.large) process.stderr.write(scaler.log);
      expect((await suite.leveret.workers.list().page()).data).toHaveLength(1); // the others have said that they leave
      expect(scaler.steps.map(([, to]) => to)).toContain(burst.most);
      expect(scaler.steps.at(-1)).toEqual([2, 1]);
      expect(scaler.words[0]).toMatch(new RegExp(`^\\+1 \\(1 → 2\\): [\\d,]+ waiting, .+ target ${burst.targetS} s$`));
      expect(scaler.words.at(-1)).toBe(
        `-1 (2 → 1): 0 waiting, 0 running, 0 s to drain with one fewer, target ${burst.targetS} s`,
      );
      expect(scaler.mishaps).toEqual([]);
      expect(ended).toHaveLength(burst.jobs);
      expect(ended.filter(({ status, attempt }) => status !== 'completed' || attempt !== 1)).toEqual([]);
      await expectOneExecutionEach(witness);
    },
    burst.patienceMs,
  );

  // Which of the processes is left, and so under which name, depends on who had the least in hand.
  it('are started again when a process dies', async () => {
    const [pid = 0] = await alive(1);
    process.kill(pid, 'SIGKILL');
    const { id } = await jobs.enqueue('lab.noop', {});
    const { workerId } = await jobs.completed(id);
    expect(workerId).not.toContain(`:${pid}-`);
    await told(/^\[lab(-\d)?\] ended \(signal SIGKILL\)/);
    await told(/^\[lab(-\d)?\] runs again/);
  });

  // The process that was killed counts as alive until it has been silent for a while.
  it(
    'end the job in hand first when they are to retire, however often they are told',
    async () => {
      const [pid = 0] = await alive(1);
      const { id } = await jobs.enqueue('lab.script', { steps: ['hold'], ms: 3_000 });
      await eventually('start', async () => (await jobs.show(id)).status === 'running' || undefined);
      for (let times = 0; times < 2; times += 1) process.kill(pid, 'SIGUSR2');
      expect(await jobs.completed(id)).toMatchObject({ attempt: 1, workerId: expect.stringContaining(`:${pid}-`) });
      await told(/^\[lab(-\d)?\] ended \(exit code 0\)/);
    },
    PATIENCE_MS,
  );

  it(
    'are watched alone in a dry run',
    async () => {
      await alive(1);
      dry = new Scaler(suite, '--dry-run', '--target', '1ms');
      const oneTooMany = Array.from({ length: burst.slots + 1 });
      // What waits does so for a few seconds, and who looks at it does so now and then.
      while (dry.words.length === 0) {
        const held = await Promise.all(
          oneTooMany.map(() => jobs.enqueue('lab.script', { steps: ['hold'], ms: 4_000 })),
        );
        for (const { id } of held) await jobs.completed(id);
      }
      expect(dry.words[0]).toMatch(/^\+1 \(1 → 2\): 1 waiting/);
      expect(await dry.stop()).toBe(0);
      expect(dry.lines.filter(({ event }) => event !== 'scale.decided')).toEqual([]);
    },
    PATIENCE_MS,
  );

  it('are drained when the scaler is told to end', async () => {
    const { id } = await jobs.enqueue('lab.script', { steps: ['hold'], ms: 1_000 });
    await jobs.until(id, ({ status }) => status === 'running');
    expect(await scaler.stop()).toBe(0);
    expect(await jobs.completed(id)).toMatchObject({ attempt: 1 });
  });
});
