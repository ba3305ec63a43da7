import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { io } from 'socket.io-client';
import { isRecord, type Job } from '#libs/contracts';
import { EventStream, type StreamedEvent } from '../support/event-stream.js';
import { eventually } from '../support/eventually.js';
import { SuiteJobs } from '../support/suite-jobs.js';
import { startSuite, type TestSuite } from '../support/test-suite.js';

jest.setTimeout(120_000);

type Watched = Job & { readonly watchToken: string };
/** What a dead gateway was about to send is free for others after half of this. */
const TAKEN_OVER_MS = 60_000;
const isHalf = (progress: unknown): boolean => isRecord(progress) && progress['percent'] === 50;
const BACKOFF = { type: 'fixed', delay: '1s', jitter: 0 };

describe('live updates of two gateways', () => {
  let suite: TestSuite;
  let urls: string[];
  let jobs: SuiteJobs;
  let gate: string;
  beforeAll(async () => {
    suite = await startSuite({ apps: ['lab'] });
    urls = [suite.url, await suite.startApp('gateway', 'gateway-2')];
    jobs = new SuiteJobs(suite);
    gate = join(suite.dataFolder, 'gate');
  });
  afterAll(() => suite.stop());

  const enqueued = async (steps: readonly string[]): Promise<Watched> => {
    await rm(gate, { force: true });
    const payload = { steps, gate, ms: 25_000 };
    return (await suite.api<Watched>('POST', '/v1/jobs', { task: 'lab.script', payload, backoff: BACKOFF })).body;
  };
  const opened = (gateway: number, { id, watchToken }: Watched, lastEventId = 0): Promise<EventStream> => {
    const headers = { 'last-event-id': String(lastEventId) };
    return EventStream.open(new URL(`/v1/jobs/${id}/stream`, urls[gateway]), watchToken, headers);
  };
  const runsOf = (events: readonly StreamedEvent[]): unknown[] =>
    events.filter(({ event }) => event === 'log').map(({ data }) => data['run']);
  const statusesOf = (events: readonly StreamedEvent[]): unknown[] =>
    events.filter(({ event }) => event === 'status').map(({ data }) => data['status']);
  const until = async (stream: EventStream, is: (event: StreamedEvent) => boolean): Promise<StreamedEvent[]> => {
    const events: StreamedEvent[] = [];
    for (let event = await stream.next(); event !== undefined; event = await stream.next()) {
      events.push(event);
      if (is(event)) return events;
    }
    throw new Error(`The stream ended before: ${JSON.stringify(events)}`);
  };

  it('tell the same of a job whichever gateway has it in hand', async () => {
    const job = await enqueued(['fail', 'hold']);
    const streams = [await opened(0, job), await opened(1, job)];
    // How far a job has come may be told with its status.
    const begun = await Promise.all(streams.map((stream) => until(stream, ({ data }) => isHalf(data['progress']))));
    await writeFile(gate, '');
    const told = await Promise.all(streams.map(async (stream, at) => [...(begun[at] ?? []), ...(await stream.rest())]));
    for (const events of told) {
      // A status that is over before it can be told is left out; where the job is now is always told.
      expect(statusesOf(events)).toEqual(expect.arrayContaining(['running', 'completed']));
      expect(runsOf(events)).toEqual([1, 2]);
    }
  });

  it('go on at another gateway when one is killed, each line once', async () => {
    const job = await enqueued(['fail', 'fail', 'fail', 'ok']);
    const first = await opened(1, job);
    const seen = await until(first, ({ event, data }) => event === 'log' && data['run'] === 2);
    await suite.kill('gateway-2');
    await expect(first.rest()).rejects.toThrow();
    await jobs.completed(job.id, TAKEN_OVER_MS);
    const rest = await (await opened(0, job, seen.at(-1)?.id)).rest();
    expect(runsOf([...seen, ...rest])).toEqual([1, 2, 3, 4]);
    expect(rest.filter(({ event }) => event === 'status').at(-1)?.data).toMatchObject({
      status: 'completed',
      attempt: 4,
    });
    const versions = [...seen, ...rest].map(({ id }) => id);
    expect(versions).toEqual(versions.toSorted((one, other) => one - other));
  });

  it('reach a socket that connects again by itself after its gateway was restarted', async () => {
    urls[1] = await suite.startApp('gateway', 'gateway-2');
    const job = await enqueued(['hold']);
    const socket = io(urls[1], {
      transports: ['websocket'],
      auth: { token: job.watchToken },
      reconnectionDelayMax: 500,
    });
    const told: { event: string; version: number; [field: string]: unknown }[] = [];
    const refused: unknown[] = [];
    socket.onAny((event: string, body: { version: number }) => told.push({ event, ...body }));
    socket.on('connect_error', (error) => refused.push(error.message));
    socket.on('connect', () => {
      const known = { jobId: job.id, version: told.at(-1)?.version };
      socket.emit('listen-to-job', known, (said: { ok: boolean }) => said.ok || refused.push(said));
    });
    const heard = async (): Promise<unknown> => ({ told, refused, job: await jobs.show(job.id) });
    try {
      await eventually(
        'progress',
        () => told.find(({ event, progress }) => event === 'job-progress' && progress === 50),
        heard,
      );
      await suite.stopApp('gateway-2');
      await suite.startApp('gateway', 'gateway-2');
      await writeFile(gate, '');
      await eventually('the end', () => told.find(({ event }) => event === 'job-completed'), heard);
    } finally {
      socket.close();
    }
    const statuses = told.filter(({ event }) => event === 'job-status').map(({ status }) => status);
    expect(statuses).toEqual([...new Set(statuses)]);
    const versions = told.map(({ version }) => version);
    expect(versions).toEqual(versions.toSorted((one, other) => one - other));
  });
});
