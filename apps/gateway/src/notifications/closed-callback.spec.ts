import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Job } from '#libs/contracts';
import { createTelemetry } from '#libs/observability';
import { JobIntake } from '../jobs/job-intake.js';
import { FiringStore } from '../ledger/firing-store.js';
import { TaskStore } from '../ledger/task-store.js';
import { TickStore } from '../ledger/tick-store.js';
import { Client } from '../testing/client.js';
import { type FlowBench, startFlowBench } from '../testing/flow-bench.js';
import { IDLE_DISPATCH } from '../testing/idle-dispatch.js';
import { jobBuilder } from '../triggers/job-builder.js';

const CLOSED = 'http://10.0.0.5:8080/hooks';
const WORK = { task: 'demo.echo', callbackUrl: CLOSED };
const STORE = { dispatch: IDLE_DISPATCH, room: { full: false, add: () => undefined } };

describe('work that was stored with a callback to an address that has been closed since', () => {
  let bench: FlowBench;
  let client: Client;
  let tasks: TaskStore;
  let intake: JobIntake;

  /** What comes in by HTTP finds the pair open; who makes the jobs, as another gateway would, finds it closed. */
  beforeAll(async () => {
    bench = await startFlowBench({ egressAllow: ['10.0.0.5:8080'] });
    client = new Client(bench.edge.url);
    await bench.edge.announce([{}, { name: 'integrations.deliver-webhook' }]);
    tasks = new TaskStore(bench.edge.database);
    await tasks.refresh();
    const telemetry = createTelemetry({ service: 'gateway', level: 'silent' });
    intake = new JobIntake(tasks, { ackTimeoutMs: 43_200_000, webhooksSetUp: true, egressAllow: [], telemetry });
  }, 60_000);
  afterAll(() => bench.stop());

  const followersOf = (id: string): Promise<Pick<Job, 'id' | 'task' | 'status'>[]> =>
    bench.edge.database.query('SELECT id, task, status FROM jobs WHERE parent_id = $1 ORDER BY task', [id]);

  it('is started by its schedule', async () => {
    await client.post('/v1/schedules', { ...WORK, name: 'hourly', every: '1h' });
    await bench.edge.database.query("UPDATE schedules SET next_run_at = now() - interval '1 second'");
    const ticks = new TickStore(bench.edge.database, STORE);
    const ticked = await ticks.tick(1, (request, origin) => intake.prepare(request, origin));
    expect(ticked).toMatchObject([{ outcome: 'started', reason: null }]);
  });

  it('is started by its trigger', async () => {
    await client.post('/v1/triggers', { ...WORK, name: 'orders', pattern: 'order.placed' });
    await client.post('/v1/events', { type: 'order.placed', data: {} });
    const { fired } = await new FiringStore(bench.edge.database, STORE).fire(1, jobBuilder(intake, tasks));
    expect(fired).toMatchObject([{ outcome: 'started', reason: null }]);
  });

  it('follows, with its callback and what is to follow from it', async () => {
    const then = [{ ...WORK, then: [WORK] }];
    const { json: job } = await client.post<Job>('/v1/jobs', { task: 'demo.echo', then });
    await bench.end(job.id, { kind: 'done', result: null });
    await bench.follow();
    const followers = await followersOf(job.id);
    expect(followers).toMatchObject([{ task: 'demo.echo', status: 'queued' }]);
    await bench.end(followers[0]?.id ?? '', { kind: 'done', result: null });
    await bench.follow();
    expect(await followersOf(followers[0]?.id ?? '')).toMatchObject([
      { task: 'demo.echo', status: 'queued' },
      { task: 'integrations.deliver-webhook', status: 'queued' },
    ]);
  });

  it('is refused when it comes in anew', async () => {
    const answer = await intake.prepare(WORK, { tenant: 'default', traceparent: null });
    expect(answer).toMatchObject({ ok: false, errors: [{ path: 'callbackUrl' }] });
  });
});
