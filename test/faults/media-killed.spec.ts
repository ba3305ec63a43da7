import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type FileReference } from '#libs/contracts';
import { groupMembers } from '../../tools/processes/process-group.js';
import { PROJECT } from '../../tools/start/app-list.js';
import { eventually } from '../support/eventually.js';
import { SuiteJobs } from '../support/suite-jobs.js';
import { testEnvironment } from '../support/test-environment.js';
import { startSuite, type TestSuite } from '../support/test-suite.js';

const PATIENCE_MS = 90_000;
/** Enough of the slowest format for the app to be killed in the middle. */
const VARIANTS = Array.from({ length: 8 }, (_, number) => ({
  name: `variant-${number}`,
  width: 1_200 + number,
  format: 'avif',
}));

interface Photo {
  readonly variants: readonly { readonly file: FileReference & { readonly url: string } }[];
}

describe('a media app that is killed', () => {
  let temporary: string;
  let suite: TestSuite;
  let jobs: SuiteJobs;

  beforeAll(async () => {
    temporary = await mkdtemp(join(testEnvironment().folder, 'tmp-'));
    suite = await startSuite({ apps: ['media'], env: { TMPDIR: temporary, CONCURRENCY: '1' } });
    jobs = new SuiteJobs(suite);
  }, PATIENCE_MS);

  afterAll(() => suite.stop(), PATIENCE_MS);

  it(
    'has its image drawn by the next one, and leaves neither a process nor a file behind',
    async () => {
      const photo = new Uint8Array(await readFile(join(PROJECT, 'examples', 'assets', 'photo.jpg')));
      const { body: source } = await suite.api<FileReference>('POST', '/v1/files?filename=photo.jpg', photo, {
        headers: { 'content-type': 'image/jpeg' },
      });
      const { id } = await jobs.enqueue('media.process-image', { source, variants: VARIANTS });
      await jobs.until(id, ({ progress }) => progress.percent > 0);
      const { pid } = suite.process('media');
      expect((await groupMembers(pid)).length).toBeGreaterThan(1);
      await eventually('file that is being made', async () => (await readdir(temporary)).length > 0 || undefined);
      await suite.kill('media');
      expect(suite.process('media').leftBehind).toEqual([]);

      await suite.startApp('media');
      const job = await eventually(
        'end of the job',
        async () => {
          const seen = await jobs.show(id);
          return seen.completedAt === null ? undefined : seen;
        },
        () => undefined,
        PATIENCE_MS,
      );
      expect(job).toMatchObject({ status: 'completed', attempt: 2 });
      expect(await jobs.attempts(id)).toMatchObject([{ outcome: 'lost' }, { outcome: 'completed' }]);
      const { variants } = job.result as Photo;
      const answers = await Promise.all(variants.map(({ file }) => fetch(file.url)));
      expect(answers.map(({ status }) => status)).toEqual(VARIANTS.map(() => 200));
      expect(await readdir(temporary)).toEqual([]);
    },
    PATIENCE_MS,
  );
});
