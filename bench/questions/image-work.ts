import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { PROJECT } from '../../tools/start/app-list.js';
import { type BenchSuite } from '../bench-suite.js';
import { type Question, type Row, roundRobin } from '../question.js';
import { figureOf } from '../statistics.js';
import { family, forgetPeak, peakMib } from '../usage.js';

const PHOTO = join(PROJECT, 'examples', 'assets', 'photo.jpg');
const VARIANTS = [
  { name: 'large', width: 1200, format: 'webp', quality: 80 },
  { name: 'medium', width: 600, format: 'jpeg', quality: 80 },
  { name: 'thumb', width: 200, format: 'jpeg', quality: 80 },
] as const;
const LOOK_EVERY_MS = 50;

/** Three variants of a photograph, so many at once: the library alone, against jobs that wait in the queue. */
export const imageWork: Question = {
  title: 'Three variants of the example photograph',
  unit: 'images/s',
  better: 'more',
  ask: async (suite, { images, runs, imagesAtOnce }) => {
    const photo = await readFile(PHOTO);
    const source = await suite.leveret.files.upload(new File([photo], 'photo.jpg', { type: 'image/jpeg' }));
    const rows: Row[] = [];
    for (const atOnce of imagesAtOnce) {
      await suite.restart('media', { CONCURRENCY: String(atOnce) });
      const bare = `bare sharp, ${atOnce} at once`;
      const ours = `media.process-image, ${atOnce} at once`;
      const contenders = {
        [bare]: () => bareRate(photo, images, atOnce),
        [ours]: () => jobRate(suite, source, images),
      };
      await jobRate(suite, source, atOnce);
      const figures = await roundRobin(contenders, runs);
      rows.push({ name: bare, figure: figureOf(figures.get(bare) ?? []) });
      rows.push({ name: ours, figure: figureOf(figures.get(ours) ?? []), against: [bare], notes: memory(suite) });
    }
    await suite.restart('media');
    return rows;
  },
};

async function bareRate(photo: Buffer, count: number, atOnce: number): Promise<number> {
  sharp.concurrency(1);
  sharp.cache(false);
  let begun = 0;
  const began = performance.now();
  const lane = async (): Promise<void> => {
    while (begun < count) {
      begun += 1;
      await bareSharp(photo);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return count / ((performance.now() - began) / 1_000);
}

async function bareSharp(photo: Buffer): Promise<void> {
  const image = sharp(photo).autoOrient();
  await Promise.all(
    VARIANTS.map(({ width, format, quality }) =>
      image.clone().resize({ width }).toFormat(format, { quality }).toBuffer(),
    ),
  );
}

/** Counts from the call to the last final status. */
async function jobRate(suite: BenchSuite, source: { key: string }, count: number): Promise<number> {
  for (const { pid } of mediaProcesses(suite)) forgetPeak(pid);
  const payload = { source: { key: source.key }, variants: VARIANTS };
  const jobs = Array.from({ length: count }, () => ({ task: 'media.process-image', payload }));
  const began = performance.now();
  const { batchId } = await ask<{ batchId: string }>(suite, 'POST', '/v1/jobs/batch', { jobs });
  for (;;) {
    const { counts } = await ask<{ counts: Record<string, number> }>(suite, 'GET', `/v1/batches/${batchId}`);
    if (counts['completed'] === count) return count / ((performance.now() - began) / 1_000);
    if ((counts['failed'] ?? 0) > 0) throw new Error('A job with the example photograph failed.');
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

async function ask<T>(suite: BenchSuite, method: string, path: string, body?: object): Promise<T> {
  const headers = { authorization: `Bearer ${suite.apiKey}`, 'content-type': 'application/json' };
  const answer = await fetch(`${suite.url}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  if (!answer.ok) throw new Error(`${method} ${path} was answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as T;
}

function mediaProcesses(suite: BenchSuite): readonly { readonly pid: number; readonly peak: number }[] {
  const [app = 0] = suite.processesOf('media')['media'] ?? [];
  return family(app).map((pid) => ({ pid, peak: peakMib(pid) }));
}

function memory(suite: BenchSuite): string {
  const [app, ...children] = mediaProcesses(suite).map(({ peak }) => Math.round(peak));
  return `at most ${app ?? 0} MiB in the app, ${Math.max(0, ...children)} MiB in a child; ${availableParallelism()} cores`;
}
