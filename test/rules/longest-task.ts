import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDuration } from '#libs/contracts';

/** How long a job of the suite's own tasks may run at most, in milliseconds: what the declarations of all apps say. */
export async function longestTask(): Promise<number> {
  const files = (await readdir('apps', { recursive: true })).filter((file) => file.endsWith('.handler.ts'));
  const texts = await Promise.all(files.map((file) => readFile(join('apps', file), 'utf8')));
  const times = texts.flatMap((text) => [...text.matchAll(/\b(?:t|maxT)imeout: '(\w+)'/g)].map(([, time]) => time));
  return Math.max(...times.map((time) => parseDuration(time) ?? Number.NaN));
}
