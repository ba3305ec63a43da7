// A job by HTTP: upload a photograph, enqueue a job, watch it, download what it made.
//   npm start                     in one terminal
//   node examples/request.mjs     in another
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { call, example, runningSuite, watch } from './running-suite.mjs';

const PHOTO = new URL('./assets/photo.jpg', import.meta.url);
const VARIANTS = [
  { name: 'thumb', width: 200, height: 200, fit: 'cover', format: 'webp' },
  { name: 'marked', width: 1_200, format: 'jpeg', watermark: { text: '© Leveret', position: 'southeast' } },
];

await example(async () => {
  const suite = await runningSuite();

  const source = await call(suite, 'POST', '/v1/files?filename=photo.jpg', {
    headers: { 'content-type': 'image/jpeg' },
    body: await readFile(PHOTO),
  });
  console.log(`uploaded ${source.filename}: ${source.size} bytes, key ${source.key}`);

  const { id } = await call(suite, 'POST', '/v1/jobs', {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ task: 'media.process-image', payload: { source, variants: VARIANTS } }),
  });
  console.log(`enqueued job ${id}`);

  const job = await watch(suite, id);
  if (job.status !== 'completed') throw new Error(`The job is ${job.status}: ${job.error?.message ?? 'no error'}`);

  const folder = await mkdtemp(join(tmpdir(), 'leveret-example-'));
  for (const { name, width, height, file } of job.result.variants) {
    const target = join(folder, file.filename);
    await download(file, target);
    console.log(`downloaded ${name} (${width} × ${height}, ${file.size} bytes) to ${target}`);
  }
});

/** The link in a result needs no key: it is signed, and works in a browser too. */
async function download(file, target) {
  const response = await fetch(file.url);
  if (!response.ok) throw new Error(`The download of ${file.filename} was answered with ${response.status}.`);
  const content = Buffer.from(await response.arrayBuffer());
  if (content.length !== file.size) throw new Error(`Expected ${file.size} bytes, got ${content.length}.`);
  await writeFile(target, content);
}
