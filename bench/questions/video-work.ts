import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Screen } from '../../tools/console/screen.js';
import { ensureFfmpeg } from '../../tools/local-nodes/ffmpeg-program.js';
import { type BenchSuite } from '../bench-suite.js';
import { type Question, roundRobin, rowsOf, type Sample } from '../question.js';
import { runJob } from '../run-job.js';

const SOURCE = 'source.mp4';
const BARE = 'bare ffmpeg';
/** As many as the app gives a video. */
const THREADS = String(Math.min(4, Math.max(1, Math.floor(availableParallelism() / 2))));
/** The settings of the app, written the shortest way. */
const SETTINGS = [
  ...['-threads', THREADS, '-i', SOURCE, '-vf', 'scale=854:480', '-c:v', 'libx264', '-pix_fmt', 'yuv420p'],
  ...['-preset', 'veryfast', '-crf', '23', '-threads', THREADS, '-c:a', 'aac', '-b:a', '128k', '-ac', '2'],
  ...['-movflags', '+faststart', 'target.mp4'],
];
const run = promisify(execFile);

/** A video to 480p: ffmpeg alone with the same settings, against a job from the call to its final status. */
export const videoWork: Question = {
  title: 'A video of 1280 x 720 to 480p',
  unit: 's',
  better: 'less',
  ask: async (suite, { videoSeconds, runs }) => {
    await ensureFfmpeg(new Screen(process.stderr));
    const folder = await mkdtemp(join(tmpdir(), 'leveret-bench-video-'));
    try {
      await makeVideo(folder, videoSeconds);
      const file = new File([await readFile(join(folder, SOURCE))], SOURCE, { type: 'video/mp4' });
      const { key } = await suite.leveret.files.upload(file);
      const contenders = {
        [BARE]: () => timed(() => bareFfmpeg(folder)),
        'media.process-video': () => timed(() => job(suite, key)),
      };
      return rowsOf(await roundRobin(contenders, runs), [BARE]);
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

async function makeVideo(folder: string, seconds: number): Promise<void> {
  const picture = ['-f', 'lavfi', '-i', `testsrc2=size=1280x720:rate=25:duration=${seconds}`];
  const tone = ['-f', 'lavfi', '-i', `sine=duration=${seconds}`];
  const coding = ['-pix_fmt', 'yuv420p', '-preset', 'ultrafast'];
  await run('ffmpeg', ['-v', 'error', ...picture, ...tone, ...coding, join(folder, SOURCE)]);
}

async function timed(work: () => Promise<void>): Promise<Sample> {
  const began = performance.now();
  await work();
  return { value: (performance.now() - began) / 1_000 };
}

async function bareFfmpeg(folder: string): Promise<void> {
  await run('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...SETTINGS], { cwd: folder });
}

function job(suite: BenchSuite, id: string): Promise<void> {
  return runJob(suite, { task: 'media.process-video', payload: { id, format: '480p', poster: false } });
}
