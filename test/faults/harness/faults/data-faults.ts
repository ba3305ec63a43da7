import { setTimeout as wait } from 'node:timers/promises';
import { type Fault, type Scene, sparing, type Toll } from '../fault.js';
import { CONCURRENCY } from '../fault-suite.js';
import { callManagement } from '../../../../tools/local-nodes/management-api.js';
import { poisonMessages } from '../poison.js';
import { withoutDisk } from '../disk.js';

/** What was confirmed this long before the broker lost its data may not have been read. */
const READ_WITHIN_MS = 10_000;
/** With nobody to read them, outcomes gather. */
const REPORTS_GATHER_MS = 1_000;
const REPORTS = 'leveret.status.reports';

/** What lies in the broker is gone, or is not what it should be; nothing can be written to the disk. */
export const DATA_FAULTS: readonly Fault[] = [
  { kind: 'work queue purged', strike: sparing((scene) => eachWorkQueue(scene, (queue) => `${queue}/contents`)) },
  { kind: 'work queue deleted', strike: sparing((scene) => eachWorkQueue(scene, (queue) => queue)) },
  { kind: 'reports purged', strike: purgeReports },
  { kind: 'broker data wiped', strike: wipeBroker },
  { kind: 'poison messages', strike: sparing(publishPoison) },
  { kind: 'disk full', strike: sparing(withoutDisk) },
];

async function eachWorkQueue(scene: Scene, target: (path: string) => string): Promise<void> {
  const { servers } = scene.system.suite;
  const queues = await servers.inspect<readonly { readonly name: string }[]>('queues');
  for (const { name } of queues.filter(({ name }) => /^leveret\.lab\.(classic|quorum)-\d+$/.test(name)))
    await remove(scene, target(`/api/queues/${servers.id}/${name}`));
}

async function purgeReports(scene: Scene): Promise<Toll> {
  await Promise.all(scene.system.gateways.map((gateway) => scene.system.down(gateway, 'kill')));
  const { servers } = scene.system.suite;
  await wait(REPORTS_GATHER_MS);
  const jobs = await openJobs(scene);
  await remove(scene, `/api/queues/${servers.id}/${REPORTS}/contents`);
  await Promise.all(scene.system.gateways.map((gateway) => scene.system.up(gateway)));
  return { charged: jobs, uncharged: 0 };
}

/** As after a start with an empty data folder: the virtual host and its user are there again, and nothing else. */
async function wipeBroker(scene: Scene): Promise<Toll> {
  const { broker, suite } = scene.system;
  const jobs = await openJobs(scene);
  scene.history.doubtMessagesSince(Date.now() - READ_WITHIN_MS);
  await remove(scene, `/api/vhosts/${suite.servers.id}`);
  scene.history.doubtMessagesSince(Date.now() - READ_WITHIN_MS);
  const user = encodeURIComponent(decodeURIComponent(new URL(broker.url).username));
  const everything = { configure: '.*', write: '.*', read: '.*' };
  await callManagement(broker, 'PUT', `/api/vhosts/${suite.servers.id}`);
  await callManagement(broker, 'PUT', `/api/permissions/${suite.servers.id}/${user}`, everything);
  return { charged: jobs, uncharged: 0 };
}

async function publishPoison(scene: Scene): Promise<void> {
  for (const { exchange, key, body, options } of poisonMessages())
    await scene.publisher.publish(exchange, key, body, options);
}

/** Jobs whose outcome may be among what is lost: they are executed once more. */
async function openJobs({ system }: Scene): Promise<number> {
  const [row] = await system.suite.servers.query<{ jobs: number }>(
    "select count(*)::int as jobs from jobs where status in ('queued', 'running', 'retrying')",
  );
  return (row?.jobs ?? 0) + 2 * CONCURRENCY;
}

async function remove(scene: Scene, path: string): Promise<void> {
  const { ok, status } = await callManagement(scene.system.broker, 'DELETE', path);
  if (!ok) throw new Error(`The management API answered ${status} to DELETE ${path}.`);
}
