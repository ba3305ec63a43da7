import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type FileReference, type Job } from '#libs/contracts';
// eslint-disable-next-line no-restricted-imports -- what specs of the app look for is what is looked for here
import { processesIn } from '../../apps/media/spec/processes.js';
import { Screen } from '../../tools/console/screen.js';
import { ensureFfmpeg } from '../../tools/local-nodes/ffmpeg-program.js';
import { groupMembers } from '../../tools/processes/process-group.js';
import { PROJECT } from '../../tools/project/app-list.js';
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
/** Long enough for the same. */
const VIDEO_SECONDS = 20;

interface LinkedFile extends FileReference {
  readonly url: string;
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

  async function upload(file: string, type: string): Promise<FileReference> {
    const content = new Uint8Array(await readFile(file));
    const headers = { 'content-type': type };
    return (await suite.api<FileReference>('POST', '/v1/files?filename=source', content, { headers })).body;
  }

  /** Has the app killed in the middle of a job, and another one started in its place. */
  async function killedInTheMiddle({ id }: Job): Promise<Job> {
    expect(await readdir(temporary)).not.toEqual([]);
    await suite.kill('media');
    expect(suite.process('media').leftBehind).toEqual([]);
    // ffmpeg is in a group of its own.
    await eventually('end of what worked there', async () => (await processesIn(temporary)).length === 0 || undefined);
    await suite.startApp('media');
    const job = await jobs.completed(id, PATIENCE_MS);
    expect(job).toMatchObject({ attempt: 2 });
    expect(await jobs.attempts(id)).toMatchObject([{ outcome: 'lost' }, { outcome: 'completed' }]);
    expect(await readdir(temporary)).toEqual([]);
    return job;
  }

  async function answersFor(files: readonly { readonly file: LinkedFile }[]): Promise<readonly number[]> {
    return (await Promise.all(files.map(({ file }) => fetch(file.url)))).map(({ status }) => status);
  }

  it(
    'has its image drawn by the next one, and leaves neither a process nor a file behind',
    async () => {
      const source = await upload(join(PROJECT, 'examples', 'assets', 'photo.jpg'), 'image/jpeg');
      const begun = await jobs.enqueue('media.process-image', { source, variants: VARIANTS });
      await jobs.until(begun.id, ({ progress }) => progress.percent > 0);
      expect((await groupMembers(suite.process('media').pid)).length).toBeGreaterThan(1);
      const { variants } = (await killedInTheMiddle(begun)).result as { variants: readonly { file: LinkedFile }[] };
      expect(await answersFor(variants)).toEqual(VARIANTS.map(() => 200));
    },
    PATIENCE_MS,
  );

  it(
    'has its video transcoded by the next one, and its ffmpeg ends with it',
    async () => {
      await ensureFfmpeg(new Screen(process.stderr));
      const file = join(testEnvironment().folder, 'long.mp4');
      const picture = ['-f', 'lavfi', '-i', `testsrc2=size=1280x720:rate=25:duration=${VIDEO_SECONDS}`];
      const quick = ['-pix_fmt', 'yuv420p', '-preset', 'ultrafast'];
      await promisify(execFile)('ffmpeg', ['-v', 'error', '-y', ...picture, ...quick, file]);
      const source = await upload(file, 'video/mp4');
      const begun = await jobs.enqueue('media.process-video', { source, format: '720p', poster: false });
      await jobs.until(begun.id, ({ progress }) => progress.percent > 0);
      expect(await processesIn(temporary)).not.toEqual([]);
      const { outputs } = (await killedInTheMiddle(begun)).result as { outputs: readonly { file: LinkedFile }[] };
      expect(outputs).toMatchObject([{ width: 1280, height: 720, duration: VIDEO_SECONDS }]);
      expect(await answersFor(outputs)).toEqual([200]);
    },
    PATIENCE_MS,
  );
});
