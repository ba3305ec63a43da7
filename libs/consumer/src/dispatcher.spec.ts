import { describe, expect, it } from '@jest/globals';
import { DEFAULT_BACKOFF, encodeProbe, encodeWorkOrder, type Report } from '#libs/contracts';
import { FileMissingError } from '#libs/storage';
import { Dispatcher } from './dispatcher.js';
import { OtherVersionWaits } from './other-version.js';
import { type ReportSink } from './ports.js';
import { Settlement } from './settlement.js';
import { type TaskTable } from './task-table.js';

const ORDER = {
  ...{ jobId: '0197f6a0-1111-7000-8000-000000000000', attempt: 1, maxAttempts: 3, task: 'tests.act' },
  ...{ tenant: 'default', priority: 4, timeoutMs: 60_000, schemaHash: null, metadata: '{}', traceparent: null },
  createdAt: new Date().toISOString(),
  scheduledFor: null,
  alone: false,
};

const STORAGE = {
  read: async (key: string) => Promise.reject(new FileMissingError(key)),
  put: async () => Promise.reject(new Error('Not asked for here.')),
};

class Anything {
  readonly any?: unknown;
}

/** Runs of `tests.act` end when this settles. */
function tasksThat(act: () => Promise<void>): TaskTable {
  const announcement = {
    ...{ name: ORDER.task, description: '', schema: {}, example: {}, hash: 'act-1' },
    defaults: { maxAttempts: 3, backoff: DEFAULT_BACKOFF, timeoutMs: 60_000, priority: 4 },
    ...{ maxTimeoutMs: 60_000, maxPayload: 1_000 },
  };
  return new Map([[ORDER.task, { announcement, payload: Anything, call: act }]]);
}

function dispatcherOf(
  reports: ReportSink,
  telemetry = { emit: (): void => undefined },
  tasks: TaskTable = new Map(),
  concurrency = 1,
): Dispatcher {
  const jobs = { send: () => Promise.resolve() };
  const halt = (): void => undefined;
  const tools = { tasks, worker: 'w', storage: STORAGE, reports, jobs, telemetry, halt };

  return new Dispatcher(
    { ...tools, waits: new OtherVersionWaits() },
    new Settlement(reports, { bury: async () => undefined }),
    concurrency,
  );
}

interface OnePlace {
  readonly dispatcher: Dispatcher;
  readonly reported: readonly Report[];
  /** The messages, by their ids, and whether each had come again. */
  readonly acknowledged: readonly string[];
  readonly take: (properties: ReturnType<typeof encodeProbe>, redelivered?: boolean) => void;
  /** Ends the run that has the place. */
  readonly endRun: () => void;
  /** The same, and all that waits. */
  readonly end: () => Promise<void>;
}

/** A dispatcher whose one run goes on until it is told to end. */
function withOnePlace(): OnePlace {
  const reported: Report[] = [];
  const acknowledged: string[] = [];
  let endRun = (): void => undefined;
  const ended = new Promise<void>((resolve) => (endRun = resolve));
  const report = async (said: Report): Promise<void> => void reported.push(said);
  const dispatcher = dispatcherOf(
    { report, tell: () => undefined },
    undefined,
    tasksThat(() => ended),
  );
  dispatcher.open();
  return {
    ...{ dispatcher, reported, acknowledged },
    take: (properties, redelivered = false) => {
      const ack = (): void => void acknowledged.push(`${properties.messageId ?? ''} ${String(redelivered)}`);
      dispatcher.take({ properties, body: Buffer.from('{}'), redelivered, gone: false, ack });
    },
    endRun: () => {
      endRun();
    },
    end: async () => {
      endRun();
      await dispatcher.drain({ graceMs: 5_000, stopMs: 0 });
    },
  };
}

describe('a dispatcher', () => {
  it('gives the place of a run that could not be reported to the next', async () => {
    let broken = true;
    const acknowledged: number[] = [];
    const reports = { report: async () => undefined, tell: () => undefined };
    const telemetry = {
      emit: (): void => {
        if (broken) throw new Error('The log is broken.');
      },
    };
    const dispatcher = dispatcherOf(reports, telemetry);
    const deliver = (run: number): void => {
      const properties = encodeWorkOrder({ ...ORDER, run });
      const ack = (): void => void acknowledged.push(run);
      dispatcher.take({ properties, body: Buffer.from('{}'), redelivered: false, gone: false, ack });
    };
    dispatcher.open();
    deliver(1);
    await new Promise(setImmediate);
    broken = false;
    deliver(2);
    await dispatcher.drain({ graceMs: 5_000, stopMs: 0 });
    expect(acknowledged).toEqual([2]);
    expect(dispatcher.runs).toEqual([]);
  });

  it('hands back what came last and has not begun when it is to keep fewer runs, and never what runs', async () => {
    const { dispatcher, reported, take, end } = withOnePlace();
    for (const run of [1, 2, 3, 4]) take(encodeWorkOrder({ ...ORDER, run }));
    const returned = (): object[] => reported.flatMap((said) => (said.type === 'returned' ? [said] : []));
    dispatcher.keep(4);
    await new Promise(setImmediate);
    expect(returned()).toEqual([]);
    dispatcher.keep(2);
    await new Promise(setImmediate);
    expect(returned()).toMatchObject([3, 4].map((run) => ({ run, reason: 'draining', surplus: true })));
    dispatcher.keep(0);
    await new Promise(setImmediate);
    expect(returned()).toMatchObject([3, 4, 2].map((run) => ({ run, reason: 'draining', surplus: true })));
    expect([dispatcher.runs.map(({ run }) => run), dispatcher.ended]).toEqual([[1], 0]);
    await end();
    expect(dispatcher.ended).toBe(1);
  });

  it('hands back all that waits but the first that is to run alone', async () => {
    const { dispatcher, reported, take, end } = withOnePlace();
    for (const [run, alone] of [false, false, true, true, false].entries())
      take(encodeWorkOrder({ ...ORDER, run, alone }));
    dispatcher.keep(0);
    await new Promise(setImmediate);
    expect(reported.flatMap((said) => (said.type === 'returned' ? [said.run] : []))).toEqual([1, 3, 4]);
    expect(dispatcher.runs.map(({ run }) => run)).toEqual([0, 2]);
    await end();
  });

  it('answers a probe when no place is free, also one that comes again, and names what waits for a place', async () => {
    const { dispatcher, reported, acknowledged, take, end } = withOnePlace();
    for (const run of [1, 2]) take(encodeWorkOrder({ ...ORDER, run }));
    for (const redelivered of [false, true]) take(encodeProbe({ id: 'p', priority: 4 }), redelivered);
    await new Promise(setImmediate);

    expect(acknowledged).toEqual(['p false', 'p true']);
    const answer = { type: 'probed', probe: 'p', worker: 'w' };
    expect(reported.filter(({ type }) => type === 'probed')).toEqual([answer, answer]);
    expect(dispatcher.runs.map(({ run }) => run)).toEqual([1, 2]);
    expect(reported.flatMap((said) => (said.type === 'started' ? [said.run] : []))).toEqual([1]);
    await end();
  });

  describe('that is given a run that is to run alone', () => {
    const stage = (): {
      take: (run: number, alone?: boolean) => { gone: boolean };
      dispatcher: Dispatcher;
      begunAfter: (change?: () => void) => Promise<readonly number[]>;
      ends: (() => void)[];
      confirms: (() => void)[];
      returned: readonly number[];
      finish: () => Promise<void>;
    } => {
      const [ends, confirms]: [(() => void)[], (() => void)[]] = [[], []];
      const [begun, returned]: [number[], number[]] = [[], []];
      let endAll = (): void => undefined;
      const allEnded = new Promise<void>((resolve) => (endAll = resolve));
      const until = (told: (() => void)[]): Promise<void> =>
        Promise.race([allEnded, new Promise<void>((resolve) => told.push(resolve))]);
      const report = async (said: Report): Promise<void> => {
        if (said.type === 'started') begun.push(said.run);
        if (said.type === 'returned') returned.push(said.run);
        if (said.type === 'ended') await until(confirms);
      };
      const act = (): Promise<void> => until(ends);
      const dispatcher = dispatcherOf({ report, tell: () => undefined }, undefined, tasksThat(act), 2);
      dispatcher.open();
      return {
        ...{ dispatcher, ends, confirms, returned },
        finish: async () => {
          endAll();
          await dispatcher.finish();
        },
        take: (run, alone = false) => {
          const jobId = ORDER.jobId.slice(0, -1) + String(run);
          const properties = encodeWorkOrder({ ...ORDER, jobId, run, alone });
          const delivery = {
            properties,
            body: Buffer.from('{}'),
            redelivered: false,
            gone: false,
            ack: () => undefined,
          };
          dispatcher.take(delivery);
          return delivery;
        },
        begunAfter: async (change) => {
          change?.();
          await new Promise(setImmediate);
          return begun.splice(0);
        },
      };
    };

    it('runs it when nothing else runs any more, and begins nothing beside it until it is reported', async () => {
      const { take, begunAfter, ends, confirms, finish } = stage();
      for (const run of [1, 2, 3, 4]) take(run, run === 2);

      expect(await begunAfter()).toEqual([1]);
      expect(await begunAfter(ends[0])).toEqual([2]);
      expect(await begunAfter(ends[1])).toEqual([]);
      expect(await begunAfter(confirms[1])).toEqual([3, 4]);
      await finish();
    });

    it.each([
      ['is voided', 'void'],
      ['is lost with its channel', 'lose'],
    ])('begins what waits behind it when it %s', async (_, how) => {
      const { take, dispatcher, begunAfter, finish } = stage();
      take(1);
      const alone = take(2, true);
      take(3);
      expect(await begunAfter()).toEqual([1]);
      const change = {
        void: () => {
          dispatcher.void([{ job: ORDER.jobId.slice(0, -1) + '2', upTo: 2 }]);
        },
        lose: () => {
          alone.gone = true;
          dispatcher.forgetWaiting();
        },
      }[how];
      expect(await begunAfter(change)).toEqual([3]);
      await finish();
    });

    it('hands back what waits behind it as well when both are voided together', async () => {
      const { take, dispatcher, begunAfter, returned, finish } = stage();
      for (const run of [1, 2, 3, 4]) take(run, run === 2);
      expect(await begunAfter()).toEqual([1]);
      const both = [2, 3].map((run) => ({ job: ORDER.jobId.slice(0, -1) + String(run), upTo: run }));
      const change = (): void => {
        dispatcher.void(both);
      };
      expect(await begunAfter(change)).toEqual([4]);
      expect(returned).toEqual([2, 3]);
      await finish();
    });
  });

  it('that retires hands back what has not begun, and waits for what has', async () => {
    const { dispatcher, reported, take, endRun } = withOnePlace();
    let finished = false;
    for (const run of [1, 2]) take(encodeWorkOrder({ ...ORDER, run }));
    const finishing = dispatcher.finish().then(() => (finished = true));
    await new Promise(setImmediate);
    expect(reported.flatMap((one) => (one.type === 'returned' ? [[one.run, one.reason]] : []))).toEqual([
      [2, 'draining'],
    ]);
    expect([finished, dispatcher.runs.map(({ run }) => run)]).toEqual([false, [1]]);
    endRun();
    await finishing;
    expect(reported.flatMap((one) => (one.type === 'ended' ? [[one.run, one.outcome.kind]] : []))).toEqual([
      [1, 'done'],
    ]);
  });

  it('stops what is voided, but what has begun and is spared goes on to its end', async () => {
    const { dispatcher, reported, take, endRun } = withOnePlace();
    for (const run of [1, 2]) take(encodeWorkOrder({ ...ORDER, run }));
    dispatcher.void([{ job: ORDER.jobId, upTo: 3, begun: 'spared' }]);
    take(encodeWorkOrder({ ...ORDER, run: 3 }));
    await new Promise(setImmediate);
    const returned = reported.flatMap((one) => (one.type === 'returned' ? [[one.run, one.reason]] : []));
    expect(returned.toSorted()).toEqual([
      [2, 'voided'],
      [3, 'voided'],
    ]);
    endRun();
    await dispatcher.finish();
    expect(reported.flatMap((one) => (one.type === 'ended' ? [[one.run, one.outcome.kind]] : []))).toEqual([
      [1, 'done'],
    ]);
  });

  it('begins the next run while the report of the last is on its way, and acknowledges neither before', async () => {
    const ended: number[] = [];
    const acknowledged: number[] = [];
    let confirm = (): void => undefined;
    const confirmed = new Promise<void>((resolve) => (confirm = resolve));
    const report = (said: Report): Promise<void> => {
      if (said.type === 'ended') ended.push(said.run);
      return confirmed;
    };
    const dispatcher = dispatcherOf({ report, tell: () => undefined });
    dispatcher.open();
    for (const run of [1, 2]) {
      const ack = (): void => void acknowledged.push(run);
      const properties = encodeWorkOrder({ ...ORDER, run });
      dispatcher.take({ properties, body: Buffer.from('{}'), redelivered: false, gone: false, ack });
    }
    await new Promise(setImmediate);
    expect([ended, acknowledged, dispatcher.runs.map(({ run }) => run)]).toEqual([[1, 2], [], [1, 2]]);
    confirm();
    await dispatcher.drain({ graceMs: 5_000, stopMs: 0 });
    expect([acknowledged, dispatcher.runs]).toEqual([[1, 2], []]);
  });
});
