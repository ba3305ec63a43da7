import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Job, VERSION_HEADER, WIRE_VERSION } from '#libs/contracts';
import { PROJECT } from '../../tools/project/app-list.js';
import { eventually } from '../support/eventually.js';
import { SuiteJobs } from '../support/suite-jobs.js';
import { SuiteMessages } from '../support/suite-messages.js';
import { testEnvironment } from '../support/test-environment.js';
import { startSuite, type TestSuite } from '../support/test-suite.js';
import { newerBuild } from './harness/newer-build.js';

const START_PATIENCE_MS = 120_000;
const TEST_MS = 180_000;
/** Two probes with a pause between them, after the silence about the run was noticed. */
const REPAIR_MS = 150_000;
const NEWER = { [VERSION_HEADER]: WIRE_VERSION + 1 };

interface Letter {
  readonly jobId: string | null;
  readonly error: { readonly code: string };
  readonly reason: string;
}

describe('versions side by side', () => {
  let suite: TestSuite;
  let jobs: SuiteJobs;
  let messages: SuiteMessages;
  const newer = new Set<string>();

  beforeAll(async () => {
    const build = await newerBuild(join(testEnvironment().folder, 'newer'));
    suite = await startSuite({
      apps: ['lab'],
      env: { RECONCILE_AFTER: '2s' },
      buildOf: (process) => (newer.has(process) ? build : PROJECT),
    });
    jobs = new SuiteJobs(suite);
    messages = await SuiteMessages.open(suite);
  }, START_PATIENCE_MS);

  afterAll(async () => {
    await messages.close();
    await suite.stop();
  }, START_PATIENCE_MS);

  const letters = async (): Promise<readonly Letter[]> =>
    (await jobs.ask<{ data: readonly Letter[] }>('GET', '/v1/dead-letters?queue=lab&limit=200')).body.data;

  const letterThat = (is: (letter: Letter) => boolean): Promise<Letter> =>
    eventually('dead letter', async () => (await letters()).find(is), letters);

  it(
    'park work and jobs of a version that they do not know among the dead letters, with the reason',
    async () => {
      const [work, job] = [randomUUID(), randomUUID()];
      const headers = NEWER;
      const [queue] = await suite.servers.query<{ queue_key: string }>(
        "select queue_key from domains where name = 'lab'",
      );
      await messages.publish(
        'leveret.work',
        `${queue?.queue_key ?? ''}.script`,
        { mark: work },
        { messageId: work, headers },
      );
      await messages.publish('leveret.jobs', 'lab.script', { mark: job }, { messageId: job, headers });
      for (const mark of [work, job]) {
        const letter = await letterThat((letter) => JSON.stringify(letter).includes(mark));
        expect(letter).toMatchObject({ jobId: null, error: { code: 'unknown_version' } });
      }
    },
    TEST_MS,
  );

  it(
    'keep reports of a version that they do not know aside, and count them',
    async () => {
      const mark = randomUUID();
      await messages.publish('leveret.status', 'lab.report', [{ mark }], { headers: NEWER });
      const kept = await eventually('report kept aside', async () => {
        const rows = await suite.servers.query<{ reason: string }>(
          'select reason from reports_kept_aside where report like $1',
          [`%${mark}%`],
        );
        return rows[0];
      });
      expect(kept.reason).toContain(VERSION_HEADER);
    },
    TEST_MS,
  );

  it(
    'lose no job when the app goes first: what its old gateway cannot read is done again under the new',
    async () => {
      newer.add('lab');
      await suite.restart('lab');
      const { id } = await jobs.enqueue('lab.script', { steps: ['ok'] });
      await eventually('report of the newer app', async () => {
        const rows = await suite.servers.query('select from reports_kept_aside where report like $1', [`%${id}%`]);
        return rows.length > 0 ? true : undefined;
      });
      expect(await jobs.show(id)).not.toMatchObject({ status: 'failed' });

      newer.add('gateway');
      await suite.restart('gateway');
      const job = await eventually(
        'end of the job',
        () => ended(id),
        () => jobs.show(id),
        REPAIR_MS,
      );
      expect(job).toMatchObject({ status: 'completed' });
    },
    TEST_MS,
  );

  it(
    'lose no job when the gateway goes first: what its old app cannot read is shown, and runs when sent again',
    async () => {
      newer.delete('lab');
      await suite.restart('lab');
      const { id } = await jobs.enqueue('lab.script', { steps: ['ok'] });
      const letter = await letterThat(({ error, reason }) => `${error.code} ${reason}`.includes('unknown_version'));
      expect(letter.error.code).toBe('unknown_version');

      newer.add('lab');
      await suite.restart('lab');
      const failed = await eventually(
        'end of the job',
        () => ended(id),
        () => jobs.show(id),
        REPAIR_MS,
      );
      if (failed.status === 'failed') await jobs.ask('POST', `/v1/jobs/${id}/retry`);
      expect(
        await eventually(
          'success',
          () => completed(id),
          () => jobs.show(id),
        ),
      ).toMatchObject({ attempt: 1 });
    },
    TEST_MS,
  );

  const inState = async (id: string, ...wanted: readonly string[]): Promise<Job | undefined> => {
    const job = await jobs.show(id);
    return wanted.includes(job.status) ? job : undefined;
  };
  const ended = (id: string): Promise<Job | undefined> => inState(id, 'completed', 'failed');
  const completed = (id: string): Promise<Job | undefined> => inState(id, 'completed');
});
