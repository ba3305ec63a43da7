import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type StoredFile } from '#libs/sdk';
import { PROJECT } from '../../tools/project/app-list.js';
import { SuiteJobs } from '../support/suite-jobs.js';
import { type TestSuite } from '../support/test-suite.js';

/** Text that would be a program, were it ever taken for markup. */
export const PLANTED = `"'><img src=x onerror="window.planted=1"><script>window.planted=1</script>`;

/** What the dashboard is shown with: something of every kind, with planted text wherever a user can write. */
export interface DashboardData {
  readonly completed: string;
  readonly failed: string;
  readonly picture: string;
  readonly scheduled: string;
  readonly spawner: string;
  readonly batch: string;
  readonly schedule: string;
  readonly trigger: string;
  readonly endpoint: string;
}

/** @param receiver the URL that webhooks go to */
export async function plantData(suite: TestSuite, receiver: string): Promise<DashboardData> {
  const jobs = new SuiteJobs(suite);
  const { leveret } = suite;
  const script = { task: 'lab.script', payload: { steps: ['ok'], says: PLANTED } };
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
  const scheduled = await jobs.enqueue('lab.script', { steps: ['ok'] }, { delay: '1d' });
  const spawner = await jobs.enqueue('lab.spawn', { jobs: 3 });
  const { batchId } = await leveret.worker.enqueueBatch([script, script]);
  const schedule = await leveret.schedules.create({ name: `Every hour ${PLANTED}`, every: '1h', ...script });
  const trigger = await leveret.triggers.create({ name: `Orders ${PLANTED}`, pattern: 'order.*', ...script });
  const endpoint = await leveret.webhookEndpoints.create({
    ...{ url: receiver, description: PLANTED, events: 'job.cancelled', tasks: ['lab.script'] },
  });
  await leveret.apiKeys.create({ name: PLANTED, tenant: 'default', scopes: ['jobs:read'] });
  await leveret.events.publish({ type: 'order.placed', data: { text: PLANTED } });
  await suite.api('POST', `/v1/schedules/${schedule.id}/run`);
  const picture = await jobs.enqueue('media.process-image', {
    source: await uploadPhoto(suite),
    variants: [
      { name: 'small', width: 200, format: 'webp' },
      { name: 'large', width: 800, format: 'jpeg' },
    ],
  });
  await Promise.all([completed, picture, spawner].map(({ id }) => jobs.completed(id)));
  await jobs.failed(failed.id);
  return {
    ...{
      completed: completed.id,
      failed: failed.id,
      picture: picture.id,
      scheduled: scheduled.id,
      spawner: spawner.id,
    },
    ...{ batch: batchId, schedule: schedule.id, trigger: trigger.id, endpoint: endpoint.id },
  };
}

async function uploadPhoto({ leveret }: TestSuite): Promise<StoredFile> {
  const photo = await readFile(join(PROJECT, 'examples/assets/photo.jpg'));
  return leveret.files.upload(new Blob([new Uint8Array(photo)], { type: 'image/jpeg' }), {
    filename: `${PLANTED.replaceAll('/', '')}.jpg`,
  });
}
