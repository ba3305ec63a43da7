import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type LocalBroker } from '../../tools/local-nodes/local-node.js';
import { eventually } from '../support/eventually.js';
import { Load, whenAllEnded, whenOutboxIsEmpty } from '../support/job-load.js';
import { privateBroker } from '../support/private-servers.js';
import { startSuite, type TestSuite } from '../support/test-suite.js';
import { Witness } from '../support/witness.js';

const START_PATIENCE_MS = 120_000;
const RECOVERY_MS = 60_000;
/** More than the relay may have in flight at once. */
const BACKLOG = 3_000;

interface Health {
  readonly details: Readonly<Record<string, { readonly status: string; readonly message?: string }>>;
}

describe('a suite whose broker is away', () => {
  let broker: LocalBroker;
  let suite: TestSuite;
  let witness: Witness;
  let load: Load;

  beforeAll(async () => {
    broker = await privateBroker();
    suite = await startSuite({ apps: ['lab'], broker });
    witness = new Witness(suite.dataFolder, 'away');
    await Promise.all([suite.stopApp('gateway'), suite.stopApp('lab')]);
    await broker.stop();
  }, START_PATIENCE_MS);

  afterAll(async () => {
    await suite.stop();
    await broker.kill();
  }, START_PATIENCE_MS);

  it('has a gateway that becomes ready and shows the broker as down', async () => {
    await suite.startApp('gateway');
    const { status, body } = await suite.api<Health>('GET', '/health/ready', undefined, { key: null });
    expect(status).toBe(200);
    expect(body.details).toMatchObject({
      broker: { status: 'down' },
      store: { status: 'up' },
      storage: { status: 'up' },
    });
  }, 30_000);

  it('has a gateway that accepts jobs', async () => {
    const body = { task: 'lab.script', payload: { steps: ['ok'], witness: witness.file } };
    load = new Load(suite, { jobs: BACKLOG, clients: 20, body });
    await load.done;
    expect(load.answers).toEqual({ 202: BACKLOG });
  }, 60_000);

  it('has a consumer app that lives, is not ready, says why, and becomes ready with the broker', async () => {
    const ready = suite.startApp('lab');
    const url = await eventually('health address of lab', () => healthAddress(suite));
    const [live, down] = await Promise.all([fetch(`${url}/health/live`), fetch(`${url}/health/ready`)]);
    expect([live.status, down.status]).toEqual([200, 503]);
    const { details } = (await down.json()) as Health;
    expect(details).toMatchObject({ broker: { status: 'down' }, storage: { status: 'up' } });

    await broker.start();
    expect(await ready).toBe(url);
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
  }, 60_000);

  it('runs everything once the broker is there, each job once', async () => {
    const jobs = await whenAllEnded(suite, RECOVERY_MS);
    expect([...jobs.keys()].sort()).toEqual([...load.accepted].sort());
    expect(new Set([...jobs.values()].map(({ status }) => status))).toEqual(new Set(['completed']));
    expect(witness.total).toBe(BACKLOG);
    await whenOutboxIsEmpty(suite, RECOVERY_MS);

    const { body } = await suite.api<Health>('GET', '/health/ready', undefined, { key: null });
    expect(body.details).toMatchObject({ broker: { status: 'up' } });
  }, 90_000);
});

/** What the latest start of the app has told in its log. */
function healthAddress(suite: TestSuite): string | undefined {
  const lines = suite.log('lab').map((line) => parse(line));
  const since = lines.map(({ event }) => event).lastIndexOf('app.stopped');
  return lines.slice(since + 1).find(({ event }) => event === 'health.listening')?.url;
}

function parse(line: string): { event?: string; url?: string } {
  try {
    return JSON.parse(line) as { event?: string; url?: string };
  } catch {
    return {};
  }
}
