// A job by the SDK: upload a photograph, enqueue a job, watch it, download what it made.
//   npm start                     in one terminal
//   node examples/request.mjs     in another
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { example, runningSuite, show } from './running-suite.mjs';

const PHOTO = new URL('./assets/photo.jpg', import.meta.url);
const VARIANTS = [
  { name: 'thumb', width: 200, height: 200, fit: 'cover', format: 'webp' },
  { name: 'marked', width: 1_200, format: 'jpeg', watermark: { text: '© Leveret', position: 'southeast' } },
];

await example(async () => {
  const { leveret } = await runningSuite();

  const photo = new File([await readFile(PHOTO)], 'photo.jpg', { type: 'image/jpeg' });
  const source = await leveret.files.upload(photo);
  console.log(`uploaded ${source.filename}: ${source.size} bytes, key ${source.key}`);

  const job = await leveret.worker.enqueue({ task: 'process-image', payload: { source, variants: VARIANTS } });
  console.log(`enqueued job ${job.id}`);

  for await (const update of leveret.jobs.watch(job.id, { timeout: '1m' })) show(update);
  const { variants } = await leveret.jobs.result(job.id);

  const folder = await mkdtemp(join(tmpdir(), 'leveret-example-'));
  for (const { name, width, height, file } of variants) {
    const target = join(folder, file.filename);
    await writeFile(target, (await leveret.files.download(file)).body);
    console.log(`downloaded ${name} (${width} × ${height}, ${file.size} bytes) to ${target}`);
  }
});
