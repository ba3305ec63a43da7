import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { JobFailedError, type JobUpdate, type Leveret, type StoredFile } from '#libs/sdk';
import { errorMessage } from '../console/problem.js';
import { type Screen } from '../console/screen.js';
import { PROJECT } from '../project/app-list.js';

const PHOTO = join(PROJECT, 'examples', 'assets', 'photo.jpg');
const PATIENCE = '2m';
const VARIANTS = [
  { name: 'thumbnail', width: 320, height: 320, fit: 'cover', format: 'webp' },
  { name: 'preview', width: 1_280, format: 'jpeg', quality: 82 },
  {
    name: 'marked',
    width: 1_600,
    format: 'jpeg',
    watermark: { text: 'Leveret', position: 'southeast', opacity: 0.6 },
  },
];

export const DEMONSTRATION_TASK = 'media.process-image';

interface Variant {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly file: StoredFile;
}

interface Stage {
  /** Where the gateway keeps files, when it keeps them on this disk. */
  readonly filesFolder: string;
  readonly screen: Screen;
  /** Ends the watching. */
  readonly signal: AbortSignal;
}

/** Runs one real job and shows what came of it. That it fails is told and stops nothing. */
export async function demonstrate(leveret: Leveret, { filesFolder, screen, signal }: Stage): Promise<void> {
  screen.say();
  screen.say(`A demonstration: ${DEMONSTRATION_TASK} with examples/assets/photo.jpg`);
  try {
    const photo = new File([await readFile(PHOTO)], 'photo.jpg', { type: 'image/jpeg' });
    const source = await leveret.files.upload(photo, { signal });
    const payload = { source, variants: VARIANTS };
    const { id } = await leveret.worker.enqueue({ task: DEMONSTRATION_TASK, payload }, { signal });
    const waiting = { signal, timeout: PATIENCE };
    for await (const update of leveret.jobs.watch(id, waiting)) screen.say(shownUpdate(update));
    const { variants } = await leveret.jobs.result<{ readonly variants: readonly Variant[] }>(id, waiting);
    for (const variant of variants) showVariant(variant, filesFolder, screen);
  } catch (error) {
    if (error instanceof JobFailedError)
      screen.say(`  ${error.error?.code ?? 'failed'}: ${error.error?.message ?? ''}`);
    else if (!signal.aborted) screen.say(`  The demonstration did not work: ${errorMessage(error)}`);
  }
}

function shownUpdate({ jobId, status, progress }: JobUpdate): string {
  const state = [status, `${Math.floor(progress.percent)} %`, progress.message ?? ''].join('  ').trimEnd();
  return `  job ${jobId}  ${state}`;
}

function showVariant({ name, width, height, file }: Variant, filesFolder: string, screen: Screen): void {
  const path = join(filesFolder, 'outputs', file.key);
  screen.say(`  ${name} (${width} × ${height}, ${Math.ceil(file.size / 1_024)} KiB)`);
  screen.say(`    ${file.url}`);
  if (existsSync(path)) screen.say(`    ${path}`);
}
