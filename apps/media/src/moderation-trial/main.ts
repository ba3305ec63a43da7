// npm run moderation:try: judges pictures as media.analyze-image does, and counts what would be flagged.
import { parseArgs } from 'node:util';
import { ImageProblem } from '../image-pool/image-problem.js';
import { explicitShare } from '../moderation/scores.js';
import { HELP } from './help.js';
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
      const files = (await pictureFiles(folder)).filter((_, place) => place % every === 0);
      show(folder, await judgedBy(judge, files));
    }
  } finally {
    await judge.close();
  }
}

/** What cannot be read is told and left out. */
async function judgedBy(judge: PictureJudge, files: readonly string[]): Promise<readonly Judged[]> {
  const judged: Judged[] = [];
  for (const file of files) {
    try {
      judged.push({ file, scores: await judge.judge(file) });
    } catch (error) {
      if (!(error instanceof ImageProblem)) throw error;
      process.stderr.write(`${file}: ${error.message}\n`);
    }
  }
  return judged;
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

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
