import { once } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  type Act,
  brokenStream,
  event,
  json,
  problem,
  ScriptedGateway,
  stream,
  tornOff,
} from '../../spec/scripted-gateway.js';
import { UnauthorizedError } from '../errors.js';
import { Leveret } from '../leveret.js';
import { type WatchOptions } from './watch-job.js';

const STATE = {
  ...{ jobId: 'job-1', attempt: 1, progress: { percent: 0, message: null } },
  ...{ nextAttemptAt: null, cancelRequestedAt: null, result: null, error: null },
};
const queued = event(1, 'status', { ...STATE, version: 1, status: 'queued', attempt: 0 });
const running = event(2, 'status', { ...STATE, version: 2, status: 'running' });
const half = event(3, 'progress', { jobId: 'job-1', version: 3, progress: { percent: 50, message: 'half' } });
const line = event(4, 'log', { at: 'now', attempt: 1, level: 'info', message: 'hello', version: 4, extra: 1 });
const completed = event(5, 'status', { ...STATE, version: 5, status: 'completed', result: { ok: true } });
const lateLine = event(5, 'log', { at: 'then', attempt: 1, level: 'info', message: 'late', version: 5 });
const failed = event(5, 'status', {
  ...STATE,
  version: 5,
  status: 'failed',
  error: { code: 'bad', message: 'It is bad.' },
});
const cancelled = event(5, 'status', { ...STATE, version: 5, status: 'cancelled' });

/** A job as `GET /v1/jobs/:id` shows it. */
const shown = (version: number, status: string, more: object = {}): Act => {
  const { jobId: id, ...state } = STATE;
  return json(200, { id, ...state, version, status, ...more });
};

describe('watching a job', () => {
  let gateway: ScriptedGateway;

  afterEach(() => gateway.stop());

  async function client(...script: readonly Act[]): Promise<Leveret> {
    gateway = await ScriptedGateway.start(...script);
    return new Leveret({ apiKey: 'key', url: gateway.url, retries: 1 });
  }

  async function heard(leveret: Leveret, options: WatchOptions = {}): Promise<string[]> {
    const told = [];
    for await (const update of leveret.jobs.watch('job-1', options)) {
      const more = update.type === 'log' ? update.line.message : `${update.progress.percent}`;
      told.push(`${update.version} ${update.type} ${update.status} ${more}`);
    }
    return told;
  }

  it('tells each change with all that is known, up to the end', async () => {
    const leveret = await client(stream(queued, running, half, completed));
    const updates = [];
    for await (const update of leveret.jobs.watch('job-1')) updates.push(update);
    expect(updates).toMatchObject([
      { type: 'status', version: 1, status: 'queued', attempt: 0 },
      { type: 'status', version: 2, status: 'running', attempt: 1 },
      { type: 'progress', version: 3, status: 'running', attempt: 1, progress: { percent: 50, message: 'half' } },
      { type: 'status', version: 5, status: 'completed', result: { ok: true }, error: null },
    ]);
    expect(gateway.requests).toMatchObject([
      { path: '/v1/jobs/job-1/stream', headers: { accept: 'text/event-stream', authorization: 'Bearer key' } },
    ]);
  });

  it('goes on behind the last event when the stream is cut in the middle of one, and repeats nothing', async () => {
    const cut = half.slice(0, half.length - 20);
    const leveret = await client(
      brokenStream(queued, running, cut),
      brokenStream(running, half),
      stream(half, completed),
    );
    await expect(heard(leveret)).resolves.toEqual([
      '1 status queued 0',
      '2 status running 0',
      '3 progress running 50',
      '5 status completed 0',
    ]);
    expect(gateway.requests.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '2', '3']);
  });

  it('drops what it has heard and what is older', async () => {
    const leveret = await client(stream(running, queued, running, half, half, running, completed));
    await expect(heard(leveret)).resolves.toEqual([
      '2 status running 0',
      '3 progress running 50',
      '5 status completed 0',
    ]);
  });

  it('tells lines of the log when they are wanted, each once, also those that come late', async () => {
    const closing: Act = (response, request) => {
      stream(line, completed, lateLine, lateLine)(response, request);
      response.end();
    };
    const leveret = await client(brokenStream(running, line), closing);
    await expect(heard(leveret, { logs: true })).resolves.toEqual([
      '2 status running 0',
      '2 log running hello',
      '5 status completed 0',
      '5 log completed late',
    ]);
  });

  it('waits out a gateway that is away for a moment', async () => {
    const leveret = await client(brokenStream(queued), tornOff, tornOff, tornOff, stream(running, completed));
    await expect(heard(leveret)).resolves.toEqual(['1 status queued 0', '2 status running 0', '5 status completed 0']);
    expect(gateway.requests.every(({ path }) => path.endsWith('/stream'))).toBe(true);
  });

  it.each([
    ['refused', problem(429, {}, { 'retry-after': '0' })],
    ['not passed on', json(200, {})],
    ['not to be had', problem(406)],
  ])('looks at the job instead when streams are %s', async (_, refusal) => {
    const far = { progress: { percent: 50, message: null } };
    const looks = [shown(2, 'running'), shown(2, 'running'), shown(3, 'running', far), shown(5, 'completed')];
    const streams = (response: Parameters<Act>[0], request: Parameters<Act>[1]): void => {
      const act = request.path.endsWith('/stream') ? refusal : looks.shift();
      act?.(response, request);
    };
    const leveret = await client(streams);
    await expect(heard(leveret)).resolves.toEqual([
      '2 status running 0',
      '3 progress running 50',
      '5 status completed 0',
    ]);
  });

  it('looks at the job instead when the stream is held back on its way', async () => {
    const leveret = await client(stream(), shown(5, 'completed'));
    await expect(heard(leveret)).resolves.toEqual(['5 status completed 0']);
  });

  it('is opened by a watch token, without an API key', async () => {
    gateway = await ScriptedGateway.start(stream(completed));
    await new Leveret({ url: gateway.url }).jobs.result('job-1', { watchToken: 'lvw.token' });
    expect(gateway.requests).toMatchObject([{ headers: { authorization: 'Bearer lvw.token' } }]);
  });

  it('fails at once when it may not be watched', async () => {
    const leveret = await client(problem(401));
    await expect(heard(leveret)).rejects.toBeInstanceOf(UnauthorizedError);
    expect(gateway.requests).toHaveLength(1);
  });

  it('closes the connection when it is left', async () => {
    let closed: Promise<unknown> | undefined;
    const leveret = await client((response, request) => {
      closed = once(response, 'close');
      stream(queued, running)(response, request);
    });
    for await (const { status } of leveret.jobs.watch('job-1')) if (status === 'running') break;
    await closed;
  });

  it('ends with its time or its signal, and closes the connection', async () => {
    const leveret = await client(stream(queued));
    await expect(heard(leveret, { timeout: 100 })).rejects.toMatchObject({
      name: 'WaitTimeoutError',
      message: 'Gave up waiting for job job-1 after 100 ms.',
    });
    const reason = new Error('No longer wanted.');
    const controller = new AbortController();
    const watched = heard(leveret, { signal: controller.signal });
    controller.abort(reason);
    await expect(watched).rejects.toBe(reason);
  });

  it('gives the result', async () => {
    const leveret = await client(stream(running, completed));
    await expect(leveret.jobs.result('job-1', { timeout: '5s' })).resolves.toEqual({ ok: true });
  });

  it('throws what a job failed of, and that it was cancelled', async () => {
    const leveret = await client(stream(failed), stream(cancelled));
    await expect(leveret.jobs.result('job-1')).rejects.toMatchObject({
      name: 'JobFailedError',
      message: 'Job job-1 failed: It is bad.',
      error: { code: 'bad' },
    });
    await expect(leveret.jobs.result('job-1')).rejects.toMatchObject({ name: 'JobCancelledError', error: null });
  });
});
