// What must hold of jobs: each app does its work, with files in the store and mails at the catcher.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { check } from './check.mjs';
import { call, download, ended, enqueue, upload } from './gateway.mjs';
import { bytesFrom, compose, CONSUMERS, inside, mailUrl, ROOT, up } from './stack.mjs';

const PHOTO = join(ROOT, 'examples', 'assets', 'photo.jpg');
/** Prints two seconds of a video. */
const FILM = 'ffmpeg -v error -f lavfi -i testsrc=duration=2:size=1280x720:rate=10 -f matroska -';
const READER = 'ada@example.org';

export async function announcesTasks() {
  const { data } = await call('GET', '/v1/tasks?limit=200');
  const domains = new Set(data.filter(({ available }) => available).map(({ queue }) => queue));
  check([...domains].sort().join() === CONSUMERS.toSorted().join(), `there are tasks of ${[...domains]}`);
}

export async function processesPhoto() {
  const job = await ended(await enqueuePhoto());
  await download(job.result.variants[0].file);
  return job;
}

/** The key of a file begins with its tenant, and the store keeps objects in folders of their keys. */
export async function keepsFilesInStore() {
  const tenants = await inside('s3', 'ls', '/data/leveret');
  check(/^default$/m.test(tenants), `the store has ${tenants}`);
}

export async function looksAndTranscodes() {
  const picture = await upload('photo.jpg', await readFile(PHOTO));
  const looked = await ended(await enqueue('media.analyze-image', { source: picture, moderation: {} }));
  check(Object.keys(looked.result.moderation.scores).length > 0, `the model says ${JSON.stringify(looked.result)}`);
  const film = await upload('film.mkv', await bytesFrom('media', ...FILM.split(' ')));
  const transcoded = await ended(await enqueue('media.process-video', { source: film, format: '480p' }));
  check(transcoded.result.outputs[0]?.height === 480, `the video became ${JSON.stringify(transcoded.result)}`);
}

/** A mail with an attachment out of the store. */
export async function sendsMail() {
  const attachment = await upload('notes.txt', Buffer.from('Notes.'));
  const mail = { to: READER, subject: 'From the stack', text: 'Hello.', attachments: [{ file: attachment }] };
  await ended(await enqueue('email.send', mail));
  const { messages } = await (await fetch(`${mailUrl}/api/v1/messages`)).json();
  const caught = messages.filter(({ Subject, To }) => Subject === mail.subject && To[0]?.Address === READER);
  check(caught.length === 1, `the catcher has ${JSON.stringify(messages)}`);
}

export async function exportsDataset() {
  const { result } = await ended(await enqueue('exports.create', { dataset: 'three', format: 'csv' }));
  const text = String(await download(result.file));
  check(/^N\r\n1\r\n2\r\n3\r\n$/.test(text), `the export is ${JSON.stringify(text)}`);
}

export async function callsApi() {
  const { result } = await ended(await enqueue('integrations.call-api', { url: 'http://gateway:3000/health/live' }));
  check(result.status === 200, `the call gave ${JSON.stringify(result)}`);
}

export async function scales() {
  await up('120', '--no-recreate', '--scale', 'media=3');
  const jobs = await Promise.all(Array.from({ length: 24 }, enqueuePhoto));
  const attempts = await Promise.all(
    jobs.map(async ({ id }) => {
      await ended({ id });
      return call('GET', `/v1/jobs/${id}/attempts`);
    }),
  );
  const workers = new Set(attempts.flat().map(({ workerId }) => workerId));
  check(workers.size === 3, `the jobs were run by ${[...workers].join(', ')}`);
}

export async function remembers({ id }) {
  await compose('down');
  await up('180');
  const job = await ended({ id });
  await download(job.result.variants[0].file);
  await ended(await enqueuePhoto());
}

export async function enqueuePhoto() {
  const source = await upload('photo.jpg', await readFile(PHOTO));
  const variants = [{ name: 'small', width: 320, format: 'webp', watermark: { text: 'Leveret' } }];
  return enqueue('media.process-image', { source, variants });
}
