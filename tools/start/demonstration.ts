import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { errorMessage } from '../console/problem.js';
import { type Screen } from '../console/screen.js';
import { PROJECT } from './app-list.js';
import { type GatewayClient } from './gateway-client.js';

const PHOTO = join(PROJECT, 'examples', 'assets', 'photo.jpg');
const LOOK_EVERY_MS = 200;
const PATIENCE_MS = 120_000;
const FINAL: ReadonlySet<string> = new Set(['completed', 'failed', 'cancelled']);
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

interface Job {
  readonly id: string;
  readonly status: string;
  readonly progress: { readonly percent: number; readonly message: string | null };
  readonly result: { readonly variants: readonly Variant[] } | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

interface Variant {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly file: { readonly key: string; readonly size: number; readonly url: string };
}

interface Stage {
  /** Where the gateway keeps files, when it keeps them on this disk. */
  readonly filesFolder: string;
  readonly screen: Screen;
  /** Ends the watching. */
  readonly signal: AbortSignal;
}

/** Runs one real job and shows what came of it. That it fails is told and stops nothing. */
export async function demonstrate(client: GatewayClient, { filesFolder, screen, signal }: Stage): Promise<void> {
  screen.say();
  screen.say(`A demonstration: ${DEMONSTRATION_TASK} with examples/assets/photo.jpg`);
  try {
    const source = await client.upload('photo.jpg', 'image/jpeg', new Uint8Array(await readFile(PHOTO)));
    const { id } = await client.post<Job>('/v1/jobs', {
      task: DEMONSTRATION_TASK,
      payload: { source, variants: VARIANTS },
    });
    const job = await watch(client, id, { screen, signal });
    for (const variant of job.result?.variants ?? []) showVariant(variant, filesFolder, screen);
    if (job.error !== null) screen.say(`  ${job.error.code}: ${job.error.message}`);
  } catch (error) {
    if (!signal.aborted) screen.say(`  The demonstration did not work: ${errorMessage(error)}`);
  }
}

async function watch(client: GatewayClient, id: string, { screen, signal }: Omit<Stage, 'filesFolder'>): Promise<Job> {
  const deadline = Date.now() + PATIENCE_MS;
  let shown = '';
  for (;;) {
    const job = await client.get<Job>(`/v1/jobs/${id}`);
    const state = [job.status, `${Math.floor(job.progress.percent)} %`, job.progress.message ?? '']
      .join('  ')
      .trimEnd();
    if (state !== shown) screen.say(`  job ${id}  ${state}`);
    shown = state;
    if (FINAL.has(job.status)) return job;
    if (Date.now() > deadline) throw new Error(`job ${id} is still ${job.status} after ${PATIENCE_MS / 1_000} s`);
    await wait(LOOK_EVERY_MS, undefined, { signal });
  }
}

function showVariant({ name, width, height, file }: Variant, filesFolder: string, screen: Screen): void {
  const path = join(filesFolder, 'outputs', file.key);
  screen.say(`  ${name} (${width} × ${height}, ${Math.ceil(file.size / 1_024)} KiB)`);
  screen.say(`    ${file.url}`);
  if (existsSync(path)) screen.say(`    ${path}`);
}
