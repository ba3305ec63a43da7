import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { PROJECT } from '../../tools/start/app-list.js';
import { type BenchSuite } from '../bench-suite.js';
import { type Question, roundRobin } from '../question.js';
import { figureOf } from '../statistics.js';

const PHOTO = join(PROJECT, 'examples', 'assets', 'photo.jpg');
const VARIANTS = [
  { name: 'large', width: 1200, format: 'webp', quality: 80 },
  { name: 'medium', width: 600, format: 'jpeg', quality: 80 },
  { name: 'thumb', width: 200, format: 'jpeg', quality: 80 },
] as const;
const LOOK_EVERY_MS = 20;
const BARE = 'bare sharp';

/** Three variants of a photograph: the library alone, against jobs from the call to the final status. */
export const imageWork: Question = {
  title: 'Three variants of the example photograph',
  unit: 'images/s',
  better: 'more',
  ask: async (suite, { images, runs }) => {
    const photo = await readFile(PHOTO);
    const source = await suite.leveret.files.upload(new File([photo], 'photo.jpg', { type: 'image/jpeg' }));
    const figures = await roundRobin(
      {
        [BARE]: () => rate(images, () => bareSharp(photo)),
        'media.process-image': () => rate(images, () => job(suite, source)),
      },
      runs,
    );
    return [...figures].map(([name, each]) => ({
      name,
      figure: figureOf(each),
      ...(name === BARE ? {} : { against: [BARE] }),
    }));
  },
};

/** Keeps as many under way as there are cores, which is what one process of the media app does. */
async function rate(count: number, work: () => Promise<void>): Promise<number> {
  let begun = 0;
  const began = performance.now();
  const lane = async (): Promise<void> => {
    while (begun < count) {
      begun += 1;
      await work();
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, lane));
  return count / ((performance.now() - began) / 1_000);
}

async function bareSharp(photo: Buffer): Promise<void> {
  sharp.concurrency(1);
  const image = sharp(photo).autoOrient();
  await Promise.all(
    VARIANTS.map(({ width, format, quality }) =>
      image.clone().resize({ width }).toFormat(format, { quality }).toBuffer(),
    ),
  );
}

async function job(suite: BenchSuite, source: { key: string }): Promise<void> {
  const request = { task: 'media.process-image', payload: { source: { key: source.key }, variants: VARIANTS } };
  const { id } = await suite.leveret.worker.enqueue(request);
  for (;;) {
    const { status, error } = await suite.leveret.jobs.get(id);
    if (status === 'completed') return;
    if (status === 'failed') throw new Error(`The job ${id} failed: ${JSON.stringify(error)}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
