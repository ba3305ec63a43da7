import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type StoredFile } from '#libs/sdk';
import { PROJECT } from '../../tools/project/app-list.js';
import { SuiteJobs } from '../support/suite-jobs.js';
import { type TestSuite } from '../support/test-suite.js';

/** Text that would be a program, were it ever taken for markup. */
export const PLANTED = `"'><img src=x onerror="window.planted=1"><script>window.planted=1</script>`;

const SCRIPT = { task: 'lab.script', payload: { steps: ['ok'], says: PLANTED } };

/** Jobs of the order 4711, which are the only ones of it. */
export interface EndedJobs {
  /** At its second attempt. */
  readonly completed: string;
  readonly failed: string;
}

/** Resolves when both have ended. */
export async function plantEndedJobs(suite: TestSuite): Promise<EndedJobs> {
  const jobs = new SuiteJobs(suite);
  const marks = { metadata: { [PLANTED]: PLANTED, order: '4711' } };
  const completed = await jobs.enqueue(
    'lab.script',
    { steps: ['fail', 'ok'], says: PLANTED },
    { ...marks, backoff: { type: 'fixed', delay: 50 } },
  );
  const failed = await jobs.enqueue(
    'lab.script',
    { steps: ['reject'], says: PLANTED },
    { ...marks, uniqueKey: PLANTED },
  );
  await Promise.all([jobs.completed(completed.id), jobs.failed(failed.id)]);
  return { completed: completed.id, failed: failed.id };
}

/** A job of `media` with two pictures; resolves when they are made. */
export async function plantPicture(suite: TestSuite): Promise<string> {
  const jobs = new SuiteJobs(suite);
  const { id } = await jobs.enqueue('media.process-image', {
    source: await uploadPhoto(suite),
    variants: [
      { name: 'small', width: 200, format: 'webp' },
      { name: 'large', width: 800, format: 'jpeg' },
    ],
  });
  await jobs.completed(id);
  return id;
}

/** Resolves when its two jobs are completed. */
export async function plantBatch({ leveret }: TestSuite): Promise<string> {
  const { batchId } = await leveret.worker.enqueueBatch([SCRIPT, SCRIPT]);
  await leveret.batches.wait(batchId);
  return batchId;
}

/** A schedule that has started one job. */
export async function plantSchedule(suite: TestSuite): Promise<string> {
  const { id } = await suite.leveret.schedules.create({ name: `Every hour ${PLANTED}`, every: '1h', ...SCRIPT });
  await suite.api('POST', `/v1/schedules/${id}/run`);
  return id;
}

/** A trigger, and an event that it runs for. */
export async function plantTrigger({ leveret }: TestSuite): Promise<string> {
  const { id } = await leveret.triggers.create({ name: `Orders ${PLANTED}`, pattern: 'order.*', ...SCRIPT });
  await leveret.events.publish({ type: 'order.placed', data: { text: PLANTED } });
  return id;
}

/** @param url where webhooks go to: those of cancelled jobs */
export async function plantEndpoint({ leveret }: TestSuite, url: string): Promise<string> {
  const { id } = await leveret.webhookEndpoints.create({
    ...{ url, description: PLANTED, events: 'job.cancelled', tasks: ['lab.script'] },
  });
  return id;
}

export async function plantKey({ leveret }: TestSuite): Promise<void> {
  await leveret.apiKeys.create({ name: PLANTED, tenant: 'default', scopes: ['jobs:read'] });
}

async function uploadPhoto({ leveret }: TestSuite): Promise<StoredFile> {
  const photo = await readFile(join(PROJECT, 'examples/assets/photo.jpg'));
  return leveret.files.upload(new Blob([new Uint8Array(photo)], { type: 'image/jpeg' }), {
    filename: `${PLANTED.replaceAll('/', '')}.jpg`,
  });
}
