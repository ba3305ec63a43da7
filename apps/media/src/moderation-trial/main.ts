// npm run moderation:try: judges pictures as media.analyze-image does, and counts what would be flagged.
import { parseArgs } from 'node:util';
import { explicitShare } from '../moderation/scores.js';
import { HELP } from './help.js';
import { judgedPictures } from './judged-pictures.js';
import { pictureFiles } from './picture-files.js';
import { PictureJudge } from './picture-judge.js';
import { flaggedFrom, type Judged, tallied, THRESHOLDS } from './tally.js';

async function main(): Promise<void> {
  const { values, positionals: folders } = parseArgs({
    allowPositionals: true,
    options: { every: { type: 'string', default: '1' }, help: { type: 'boolean', default: false } },
  });
  if (values.help || folders.length === 0) {
    process.stdout.write(`${HELP}\n`);
    return;
  }
  const every = Number(values.every);
  if (!Number.isSafeInteger(every) || every < 1) {
    throw new Error(`--every expects a whole number from 1, got ${values.every}.`);
  }
  const judge = new PictureJudge();
  try {
    for (const folder of folders) {
      const files = (await pictureFiles(folder, tell)).filter((_, place) => place % every === 0);
      const judged = await judgedPictures(files, judge, tell);
      show(folder, judged);
      if (judged.length === 0) process.exitCode = 1; // nothing was tried: no picture, or no model
    }
  } finally {
    await judge.close();
  }
}

function tell(file: string, error: unknown): void {
  process.stderr.write(`${file}: ${reasonOf(error)}\n`);
}

function show(folder: string, judged: readonly Judged[]): void {
  const { pictures, harmless, flagged } = tallied(judged);
  const atThresholds = THRESHOLDS.map((threshold, place) => `${String(flagged[place])} at ${String(threshold)}`);
  const counts = `${String(pictures)} pictures, ${String(harmless)} neutral or drawing; flagged ${atThresholds.join(', ')}`;
  process.stdout.write(`${folder}: ${counts}\n`);
  for (const { file, scores } of flaggedFrom(THRESHOLDS[0], judged)) {
    process.stdout.write(`  ${explicitShare(scores).toFixed(2)} ${file}\n`);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${reasonOf(error)}\n`);
  process.exitCode = 1;
}
