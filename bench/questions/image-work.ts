import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { PROJECT } from '../../tools/project/app-list.js';
import { type BenchSuite } from '../bench-suite.js';
import { CostMeter, type Processes } from '../costs.js';
import { flow, PLAIN } from '../flow.js';
import { inLanes, numbersTo } from '../lanes.js';
import { Ledger } from '../ledger.js';
import { type Question, type Row, roundRobin, rowsOf, type Sample } from '../question.js';
import { family, forgetPeak, peakMib } from '../usage.js';

const PHOTO = join(PROJECT, 'examples', 'assets', 'photo.jpg');
const VARIANTS = [
  { name: 'large', width: 1200, format: 'webp', quality: 80 },
  { name: 'medium', width: 600, format: 'jpeg', quality: 80 },
  { name: 'thumb', width: 200, format: 'jpeg', quality: 80 },
] as const;

/**
 * Three variants of a photograph, so many at once: the library alone, against jobs that wait in the queue. Beside it stands the
 * library as the app uses it, which decodes a photograph once: what a job costs more than that is the suite's own.
 */
export const imageWork: Question = {
  title: 'Three variants of the example photograph',
  unit: 'images/s',
  better: 'more',
  ask: async (suite, { images, runs, imagesAtOnce, warmUpJobs }) => {
    await flow(suite, { ...PLAIN, jobs: warmUpJobs });
    const photo = await readFile(PHOTO);
    const source = await suite.leveret.files.upload(new File([photo], 'photo.jpg', { type: 'image/jpeg' }));
    const rows: Row[] = [];
    for (const atOnce of imagesAtOnce) {
      await suite.restart('media', { CONCURRENCY: String(atOnce) });
      const bare = `bare sharp, ${atOnce} at once`;
      const contenders = {
        [bare]: () => bareRate(images, atOnce, () => bareSharp(photo)),
        [`sharp that decodes once, ${atOnce} at once`]: () => bareRate(images, atOnce, () => decodingOnce(photo)),
        [`media.process-image, ${atOnce} at once`]: () => jobRate(suite, source, images),
      };
      await roundRobin(contenders, 1); // the app has just started: what it does often is compiled in a first round
      rows.push(...rowsOf(await roundRobin(contenders, runs), [bare]));
    }
    await suite.restart('media');
    return rows;
  },
};

async function bareRate(count: number, atOnce: number, draw: () => Promise<void>): Promise<Sample> {
  sharp.concurrency(1);
  sharp.cache(false);
  return measured(count, {}, () => inLanes(numbersTo(count), atOnce, draw));
}

/** Images a second, and what each takes of the processes' time: what is no drawing is a suite's share of the cores. */
async function measured(count: number, processes: Processes, work: () => Promise<void>): Promise<Sample> {
  const meter = new CostMeter({ caller: [process.pid], ...processes });
  const began = performance.now();
  await work();
  return { value: count / ((performance.now() - began) / 1_000), also: meter.per('image', count) };
}

/** As its documentation shows it: clones of one picture, each of which decodes the photograph. */
function bareSharp(photo: Buffer): Promise<void> {
  return drawAll(sharp(photo).autoOrient());
}

async function decodingOnce(photo: Buffer): Promise<void> {
  const [{ width }] = VARIANTS;
  const decoding = sharp(photo).autoOrient().resize({ width }).raw();
  const { data, info } = await decoding.toBuffer({ resolveWithObject: true });
  await drawAll(sharp(data, { raw: { width: info.width, height: info.height, channels: info.channels } }));
}

async function drawAll(picture: Sharp): Promise<void> {
  const drawn = VARIANTS.map(({ width, format, quality }) =>
    picture.clone().resize({ width }).toFormat(format, { quality }).toBuffer(),
  );
  await Promise.all(drawn);
}

/** Counts from the call to the last final status. */
async function jobRate(suite: BenchSuite, source: { key: string }, count: number): Promise<Sample> {
  for (const { pid } of mediaProcesses(suite)) forgetPeak(pid);
  const payload = { source: { key: source.key }, variants: VARIANTS };
  const jobs = Array.from({ length: count }, () => ({ task: 'media.process-image', payload }));
  // Who waits by the API takes cores from what he waits for.
  const ledger = new Ledger(suite.database.url, ['media']);
  await ledger.open();
  try {
    const before = await ledger.completed();
    const { value, also } = await measured(count, suite.processesOf('gateway', 'media'), async () => {
      await suite.leveret.worker.enqueueBatch(jobs);
      await ledger.until(before + count);
    });
    return { value, also: { ...also, ...peaks(suite) } };
  } finally {
    await ledger.close();
  }
}

function mediaProcesses(suite: BenchSuite): readonly { readonly pid: number; readonly peak: number }[] {
  const [app = 0] = suite.processesOf('media')['media'] ?? [];
  return family(app).map((pid) => ({ pid, peak: peakMib(pid) }));
}

function peaks(suite: BenchSuite): Readonly<Record<string, number>> {
  const [app = 0, ...children] = mediaProcesses(suite).map(({ peak }) => peak);
  return { 'app peak MiB': app, 'largest child peak MiB': Math.max(0, ...children) };
}
