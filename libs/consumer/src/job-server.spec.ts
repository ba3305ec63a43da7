import { type CanActivate, Catch, Module, type RpcExceptionFilter, UseGuards } from '@nestjs/common';
import { type INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import { afterEach, describe, expect, it } from '@jest/globals';
import { IsOptional, IsString } from 'class-validator';
import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import {
  encodeWorkOrder,
  LIMITS,
  type Outcome,
  type RunReport,
  type TellingReport,
  type WorkOrder,
} from '#libs/contracts';
import { createTelemetry } from '#libs/observability';
import { FileMissingError } from '#libs/storage';
import { type Observable, of, throwError } from 'rxjs';
import { Dispatcher } from './dispatcher.js';
import { PermanentError, RetryAfter, Standstill, TemporaryError } from './errors.js';
import { type JobContext } from './job-context.js';
import { JobServer, type Workplace } from './job-server.js';
import { OtherVersionWaits } from './other-version.js';
import { type DeadLetters, type Delivery, type ReportSink, type Unreadable } from './ports.js';
import { Settlement } from './settlement.js';
import { Task, TaskController } from './task-decorators.js';
import { type TaskTable } from './task-table.js';

/** Progress is told once in this time, from the start of a run on. */
const WINDOW_MS = 1_000 / LIMITS.progressPerSecond;

class Act {
  @IsString()
  how!: string;

  @IsOptional()
  @IsString()
  text?: string;
}

/** What a handler of these tests does, by the `how` of its payload. */
const ACTS: Readonly<Record<string, (job: JobContext, act: Act) => unknown>> = {
  'return-text': (_job, { text }) => ({ text }),
  'return-nothing': () => undefined,
  'return-observable': () => of('first', 'last'),
  'return-too-much': () => 'x'.repeat(65_536),
  'return-bigint': () => ({ big: 1n }),
  'return-function': () => () => 1,
  'return-circle': () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    return circle;
  },
  'return-unstorable': () => ({ 'a\0': 'b\uD800' }),
  'throw-permanent': () => {
    throw new PermanentError('card_declined', 'The card was declined');
  },
  'throw-temporary': () => {
    throw new TemporaryError('rate_limited', 'Try later');
  },
  'throw-retry-after': () => {
    throw new RetryAfter('30s', 'quota');
  },
  'throw-standstill': () => {
    throw new Standstill('the server refuses the password', '1m');
  },
  'throw-retry-after-object': () => {
    throw new RetryAfter('5s', { not: 'a text' } as unknown as string);
  },
  'throw-unreadable': () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- it stands for everything that cannot be looked at
    throw proxy;
  },
  'throw-system': () => {
    throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
  },
  'throw-long': () => {
    throw new Error('é'.repeat(5_000));
  },
  'throw-text': () => {
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- handlers do throw what is no error
    throw 'just text';
  },
  'throw-late': () => throwError(() => new PermanentError('late', 'From a stream')),
  'open-foreign': (job) => job.files.open({ key: 'other/0197f6a0-0000-7000-8000-000000000000' }),
  'open-missing': (job) => job.files.open({ key: `${job.tenant}/0197f6a0-0000-7000-8000-000000000000` }),
  tell: async (job) => {
    job.log.info('captured', { amount: 5 });
    await job.progress(50, 'half');
    await wait(WINDOW_MS);
    await job.progress(70, 'held back');
    return [job.id, job.task, job.tenant, job.attempt, job.run, job.maxAttempts, job.metadata];
  },
  'wait-for-abort': (job) =>
    new Promise((_resolve, reject) => {
      job.signal.throwIfAborted();
      job.signal.addEventListener('abort', () => {
        reject(job.signal.reason as Error);
      });
    }),
  hold: () => new Promise(() => undefined),
};

class Refuse implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

@TaskController('tests', { maxAttempts: 3 })
class Tests {
  @Task('act', { payload: Act, example: { how: 'return-nothing' }, timeout: '1m' })
  async act(@Payload() act: Act, @Ctx() job: JobContext): Promise<unknown> {
    return ACTS[act.how]?.(job, act);
  }

  @Task('guarded', { payload: Act })
  @UseGuards(Refuse)
  guarded(): string {
    return 'never';
  }
}

@Module({ controllers: [Tests] })
class TestsModule {}

@Catch()
class MasksEverything implements RpcExceptionFilter {
  catch(): Observable<never> {
    return throwError(() => new Error('Internal server error'));
  }
}

/** A workplace whose messages come from the test, and whose reports and letters are kept for it. */
class DeskInMemory implements Workplace, ReportSink, DeadLetters {
  readonly reports: RunReport[] = [];
  readonly told: TellingReport[] = [];
  readonly letters: Unreadable[] = [];
  readonly acknowledged: string[] = [];
  readonly standstills: string[] = [];
  now = 0;
  readonly waits = new OtherVersionWaits(() => this.now);
  dispatcher!: Dispatcher;
  tasks!: TaskTable;
  #confirms: Promise<void> = Promise.resolve();
  readonly #gone = new Set<string>();
  readonly #heard = new Set<() => void>();

  constructor(private readonly concurrency = 4) {}

  async start(tasks: TaskTable): Promise<void> {
    this.tasks = tasks;
    const storage = {
      read: async (key: string) => Promise.reject(new FileMissingError(key)),
      put: async (key: string, _content: Readable, about: { filename: string; contentType: string }) => ({
        ...about,
        key,
        size: 0,
        sha256: '',
      }),
    };
    const telemetry = createTelemetry({ service: 'tests', level: 'silent' });
    const jobs = { send: () => Promise.resolve() };
    const halt = ({ reason }: Standstill): void => void this.standstills.push(reason);
    const tools = {
      tasks,
      worker: 'tests@here:1-aaaa',
      storage,
      reports: this,
      jobs,
      telemetry,
      waits: this.waits,
      halt,
    };
    this.dispatcher = new Dispatcher(tools, new Settlement(this, this), this.concurrency);
    this.dispatcher.open();
  }

  async retire(): Promise<void> {
    await this.dispatcher.finish();
  }

  async stop(): Promise<void> {
    await this.dispatcher.drain({ graceMs: 0, stopMs: 0 });
  }

  async report(report: RunReport): Promise<void> {
    await this.#confirms;
    this.reports.push(report);
    this.#notify();
  }

  tell(report: TellingReport): void {
    this.told.push(report);
  }

  async bury(_delivery: Delivery, why: Unreadable): Promise<void> {
    this.letters.push(why);
  }

  /** Reports are confirmed only after the function that it gives is called. */
  holdConfirms(): () => void {
    let release!: () => void;
    this.#confirms = new Promise((resolve) => (release = resolve));
    return release;
  }

  /** Hands a message in. */
  deliver(body: unknown, about: Partial<WorkOrder> & { redelivered?: boolean; tag?: string } = {}): void {
    const { redelivered = false, tag = 'first', ...order } = about;
    this.take({ properties: encodeWorkOrder({ ...ORDER, ...order }), redelivered, tag, body: json(body) });
  }

  /** Ends the channel that the messages with this tag came on. */
  loseChannelOf(tag: string): void {
    this.#gone.add(tag);
    this.dispatcher.forgetWaiting();
  }

  take({ tag, ...delivery }: Omit<Delivery, 'ack' | 'gone'> & { tag: string }): void {
    const gone = this.#gone;
    this.dispatcher.take({
      ...delivery,
      get gone() {
        return gone.has(tag);
      },
      ack: () => {
        this.acknowledged.push(tag);
        this.#notify();
      },
    });
  }

  /** Settles when the condition holds, which is looked at whenever something is reported or acknowledged. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      await new Promise<void>((resolve) => {
        this.#heard.add(resolve);
      });
    }
  }

  /** The outcome of a run of `act`, once it is acknowledged. */
  async outcomeOf(how: string, text?: string, about: Partial<WorkOrder> = {}): Promise<Outcome> {
    this.deliver({ how, ...(text === undefined ? {} : { text }) }, about);
    return this.ended();
  }

  async ended(): Promise<Outcome> {
    await this.until(() => this.acknowledged.length > 0);
    const report = this.reports.find(({ type }) => type === 'ended');
    if (report?.type !== 'ended') throw new Error(`Expected an ended run, got ${JSON.stringify(this.reports)}.`);
    return report.outcome;
  }

  #notify(): void {
    for (const heard of this.#heard) heard();
    this.#heard.clear();
  }
}

const ORDER: WorkOrder = {
  jobId: '0197f6a0-1111-7000-8000-000000000000',
  run: 1,
  attempt: 1,
  maxAttempts: 3,
  task: 'tests.act',
  tenant: 'default',
  priority: 4,
  timeoutMs: 60_000,
  schemaHash: null,
  createdAt: new Date().toISOString(),
  scheduledFor: null,
  alone: false,
  metadata: '{"user":"u1"}',
  traceparent: null,
};

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const TERMS = { domain: 'tests', ackTimeoutMs: 1_800_000 };

describe('a job server', () => {
  let app: INestMicroservice | undefined;

  const startIn = async (module: new () => object, desk: DeskInMemory): Promise<void> => {
    app = await NestFactory.createMicroservice(module, {
      strategy: new JobServer(TERMS, desk),
      logger: false,
      abortOnError: false,
    });
    app.useGlobalFilters(new MasksEverything());
    await app.listen();
  };
  const started = async (concurrency?: number): Promise<DeskInMemory> => {
    const desk = new DeskInMemory(concurrency);
    await startIn(TestsModule, desk);
    return desk;
  };

  afterEach(async () => {
    await app?.close();
    app = undefined;
  });

  it.each<[string, Outcome]>([
    ['return-nothing', { kind: 'done', result: null }],
    ['return-observable', { kind: 'done', result: 'last' }],
    ['return-unstorable', { kind: 'done', result: { 'a\uFFFD': 'b\uFFFD' } }],
    ['throw-permanent', { kind: 'reject', failure: { code: 'card_declined', message: 'The card was declined' } }],
    ['throw-late', { kind: 'reject', failure: { code: 'late', message: 'From a stream' } }],
    ['throw-temporary', { kind: 'retry', failure: { code: 'rate_limited', message: 'Try later' } }],
    ['throw-retry-after', { kind: 'snooze', delayMs: 30_000, reason: 'quota' }],
    ['throw-standstill', { kind: 'snooze', delayMs: 60_000, reason: 'the server refuses the password' }],
    ['throw-retry-after-object', { kind: 'snooze', delayMs: 5_000, reason: '{"not":"a text"}' }],
    [
      'throw-unreadable',
      { kind: 'retry', failure: { code: 'error', message: 'The handler ended with a value that cannot be read.' } },
    ],
    ['throw-system', { kind: 'retry', failure: { code: 'econnrefused', message: 'refused' } }],
    ['throw-text', { kind: 'retry', failure: { code: 'error', message: 'just text' } }],
  ])('makes of a handler that does %s the right outcome', async (how, outcome) => {
    const desk = await started();
    expect(await desk.outcomeOf(how)).toEqual(outcome);
  });

  it.each([
    ['return-too-much', 'result_too_large'],
    ['return-bigint', 'result_not_json'],
    ['return-circle', 'result_not_json'],
    ['return-function', 'result_not_json'],
    ['open-foreign', 'file_not_found'],
    ['open-missing', 'file_not_found'],
  ])('rejects a job whose handler does %s with %s', async (how, code) => {
    const desk = await started();
    expect(await desk.outcomeOf(how)).toMatchObject({ kind: 'reject', failure: { code } });
  });

  it('keeps a result just under its limit whole', async () => {
    const desk = await started();
    const text = 'x'.repeat(65_536 - '{"text":""}'.length);
    expect(await desk.outcomeOf('return-text', text)).toEqual({ kind: 'done', result: { text } });
  });

  it('clips error messages to 4 KiB', async () => {
    const desk = await started();
    const outcome = await desk.outcomeOf('throw-long');
    expect(outcome.kind === 'retry' && Buffer.byteLength(outcome.failure.message)).toBeLessThanOrEqual(4_096);
  });

  it('reports the start and the end, then acknowledges', async () => {
    const desk = await started();
    await desk.outcomeOf('return-nothing');
    expect(desk.reports).toMatchObject([
      { type: 'started', job: ORDER.jobId, run: 1, attempt: 1, worker: 'tests@here:1-aaaa' },
      { type: 'ended', job: ORDER.jobId, run: 1, attempt: 1 },
    ]);
    expect(desk.acknowledged).toEqual(['first']);
  });

  it('acknowledges nothing before the report is confirmed', async () => {
    const desk = await started();
    const confirm = desk.holdConfirms();
    desk.deliver({ how: 'return-nothing' });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(desk.acknowledged).toEqual([]);
    confirm();
    expect(await desk.ended()).toMatchObject({ kind: 'done' });
  });

  it('gives the handler its job, and takes what it tells', async () => {
    const desk = await started();
    const outcome = await desk.outcomeOf('tell', undefined, { run: 7, attempt: 2 });
    expect(outcome).toEqual({
      kind: 'done',
      result: [ORDER.jobId, 'tests.act', 'default', 2, 7, 3, { user: 'u1' }],
    });
    expect(desk.told).toMatchObject([
      { type: 'log', level: 'info', message: 'captured', fields: { amount: 5 }, attempt: 2, run: 7 },
      { type: 'progress', percent: 50, message: 'half', run: 7 },
    ]);
  });

  it('lets guards refuse a run', async () => {
    const desk = await started();
    expect(await desk.outcomeOf('return-nothing', undefined, { task: 'tests.guarded' })).toMatchObject({
      kind: 'retry',
    });
  });

  it('rejects an invalid payload, naming its paths, without calling the handler', async () => {
    const desk = await started();
    desk.deliver({ how: 5, colour: 'red' });
    const outcome = await desk.ended();
    expect(outcome).toMatchObject({ kind: 'reject', failure: { code: 'invalid_payload' } });
    expect(JSON.stringify(outcome)).toMatch(/payload\.how: .*payload\.colour: |payload\.colour: .*payload\.how: /);
    expect(desk.reports.map(({ type }) => type)).toEqual(['ended']);
  });

  it('rejects a body that is no JSON', async () => {
    const desk = await started();
    desk.take({ properties: encodeWorkOrder(ORDER), body: Buffer.from('{'), redelivered: false, tag: 'first' });
    expect(await desk.ended()).toMatchObject({ kind: 'reject', failure: { code: 'not_json' } });
  });

  it.each([
    ['a payload of another version', { schemaHash: 'another' }, 'other_version', 'invalid_payload'],
    ['a task that it does not know', { task: 'tests.unheard-of' }, 'task_unknown_here', 'unknown_task'],
  ])('puts off %s for ten minutes, however old the job is, then rejects it', async (_, about, reason, code) => {
    const desk = await started();
    const createdAt = new Date(Date.now() - 86_400_000).toISOString();
    for (const run of [1, 2, 3]) {
      desk.deliver({ how: 5 }, { ...about, createdAt, run });
      await desk.until(() => desk.acknowledged.length === run);
      desk.now += 300_000;
    }
    const outcomes = desk.reports.map((report) => (report.type === 'ended' ? report.outcome : undefined));
    const putOff = { kind: 'snooze', delayMs: 5_000, reason };
    expect(outcomes).toMatchObject([putOff, putOff, { kind: 'reject', failure: { code } }]);
  });

  it('runs a payload of another version that it can take', async () => {
    const desk = await started();
    expect(await desk.outcomeOf('return-nothing', undefined, { schemaHash: 'another' })).toMatchObject({
      kind: 'done',
    });
  });

  it('buries what is no job, then acknowledges it', async () => {
    const desk = await started();
    desk.take({ properties: { headers: {} }, body: json({}), redelivered: false, tag: 'junk' });
    await desk.until(() => desk.acknowledged.length > 0);
    expect(desk.letters).toMatchObject([{ code: 'not_a_job' }]);
    expect(desk.reports).toEqual([]);
  });

  it('aborts a handler whose time is over', async () => {
    const desk = await started();
    expect(await desk.outcomeOf('wait-for-abort', undefined, { timeoutMs: 10 })).toMatchObject({
      kind: 'retry',
      failure: { code: 'timeout', message: 'The handler did not end within 10 ms.' },
    });
  });

  it('aborts a voided run and reports that it was cancelled', async () => {
    const desk = await started();
    desk.deliver({ how: 'wait-for-abort' });
    await desk.until(() => desk.reports.length === 1);
    desk.dispatcher.void([{ job: ORDER.jobId, upTo: 1 }]);
    expect(await desk.ended()).toEqual({ kind: 'cancel' });
  });

  it('leaves a newer run of a voided job alone', async () => {
    const desk = await started();
    desk.dispatcher.void([{ job: ORDER.jobId, upTo: 1 }]);
    expect(await desk.outcomeOf('return-nothing', undefined, { run: 2 })).toMatchObject({ kind: 'done' });
  });

  const returnsOf = ({ reports }: DeskInMemory): unknown[] =>
    reports.map((report) => (report.type === 'returned' ? report.reason : report.type));

  it('hands back a run that was voided before it came', async () => {
    const desk = await started();
    desk.dispatcher.void([{ job: ORDER.jobId, upTo: 3 }]);
    desk.deliver({ how: 'return-nothing' }, { run: 3 });
    await desk.until(() => desk.acknowledged.length > 0);
    expect(returnsOf(desk)).toEqual(['voided']);
  });

  it('hands back a redelivered message without looking at its body', async () => {
    const desk = await started();
    const properties = encodeWorkOrder(ORDER);
    desk.take({ properties, body: Buffer.from('{'), redelivered: true, tag: 'again' });
    await desk.until(() => desk.acknowledged.length > 0);
    expect(returnsOf(desk)).toEqual(['redelivered']);
  });

  it('goes on with a run whose message comes again, and acknowledges that one too', async () => {
    const desk = await started();
    desk.deliver({ how: 'wait-for-abort' });
    await desk.until(() => desk.reports.length === 1);
    desk.deliver({ how: 'wait-for-abort' }, { redelivered: true, tag: 'second' });
    desk.dispatcher.void([{ job: ORDER.jobId, upTo: 1 }]);
    await desk.until(() => desk.acknowledged.length === 2);
    expect(desk.acknowledged).toEqual(['first', 'second']);
    expect(returnsOf(desk)).toEqual(['started', 'ended']);
  });

  it('acknowledges a message whose run is settled, and says nothing more', async () => {
    const desk = await started();
    await desk.outcomeOf('return-nothing');
    desk.deliver({ how: 'return-nothing' }, { redelivered: true, tag: 'second' });
    await desk.until(() => desk.acknowledged.includes('second'));
    expect(returnsOf(desk)).toEqual(['started', 'ended']);
  });

  it('runs no more than its concurrency at once', async () => {
    const desk = await started(1);
    desk.deliver({ how: 'wait-for-abort' });
    desk.deliver({ how: 'return-nothing' }, { run: 2, tag: 'second' });
    await desk.until(() => desk.reports.length === 1);
    expect(desk.reports).toMatchObject([{ type: 'started', run: 1 }]);
    expect(desk.dispatcher.runs.map(({ run }) => run)).toEqual([1, 2]);
    desk.dispatcher.void([{ job: ORDER.jobId, upTo: 1 }]);
    await desk.until(() => desk.acknowledged.includes('second'));
    expect(returnsOf(desk)).toEqual(['started', 'ended', 'started', 'ended']);
  });

  it('forgets what waited on a lost channel, and runs what waits on another', async () => {
    const desk = await started(1);
    desk.deliver({ how: 'wait-for-abort' }, { tag: 'running' });
    desk.deliver({ how: 'return-nothing' }, { run: 2, tag: 'lost' });
    desk.deliver({ how: 'return-nothing' }, { run: 3, tag: 'kept' });
    desk.loseChannelOf('lost');
    desk.dispatcher.void([{ job: ORDER.jobId, upTo: 1 }]);
    await desk.until(() => desk.acknowledged.includes('kept'));
    await desk.dispatcher.drain({ graceMs: 5_000, stopMs: 0 });
    expect(desk.acknowledged).toEqual(['running', 'kept']);
  });

  it('hands back what has not begun and what still comes while it holds', async () => {
    const desk = await started(1);
    desk.deliver({ how: 'wait-for-abort' });
    desk.deliver({ how: 'return-nothing' }, { run: 2, tag: 'waiting' });
    desk.dispatcher.hold();
    desk.deliver({ how: 'return-nothing' }, { run: 3, tag: 'late' });
    await desk.until(() => desk.acknowledged.length === 2);
    expect(desk.acknowledged).toEqual(['waiting', 'late']);
    expect(returnsOf(desk).sort()).toEqual(['draining', 'draining', 'started']);
  });

  it('waits for running handlers when it drains', async () => {
    const desk = await started();
    desk.deliver({ how: 'return-nothing' });
    await desk.dispatcher.drain({ graceMs: 5_000, stopMs: 0 });
    expect(returnsOf(desk)).toEqual(['started', 'ended']);
    expect(desk.acknowledged).toEqual(['first']);
  });

  it.each(['wait-for-abort', 'hold'])('hands back a handler that does %s when the grace is over', async (how) => {
    const desk = await started();
    desk.deliver({ how });
    await desk.until(() => desk.reports.length === 1);
    await desk.dispatcher.drain({ graceMs: 10, stopMs: 10 });
    expect(returnsOf(desk)).toEqual(['started', 'draining']);
    expect(desk.acknowledged).toEqual(['first']);
  });

  it('binds tasks with the defaults of their controller', async () => {
    const desk = await started();
    expect(desk.tasks.get('tests.act')?.announcement).toMatchObject({
      name: 'tests.act',
      description: 'Act',
      defaults: { maxAttempts: 3, timeoutMs: 60_000, priority: 4 },
      maxTimeoutMs: 60_000,
      maxPayload: 524_288,
      example: { how: 'return-nothing' },
    });
  });

  it('refuses to start an app that is not written as it must be, with every problem in one message', async () => {
    class Wanting {
      @IsString()
      name!: string;
    }
    @TaskController('tests')
    class Wrong {
      @Task('same', { payload: Wanting })
      one(): void {}

      @Task('same', { payload: Wanting })
      two(): void {}

      @Task('Not_Kebab', { payload: Wanting })
      named(): void {}

      @Task('bare', { payload: undefined as unknown as typeof Wanting })
      bare(): void {}

      @Task('slow', { payload: Wanting, maxTimeout: '26m' })
      slow(): void {}

      @Task('example', { payload: Wanting, example: { name: 5 } })
      example(): void {}
    }
    @TaskController('others')
    class Elsewhere {
      @Task('task', { payload: Wanting })
      task(): void {}

      @MessagePattern('plain')
      plain(): void {}
    }
    @Module({ controllers: [Wrong, Elsewhere] })
    class WrongModule {}
    const message = await startIn(WrongModule, new DeskInMemory()).then(
      () => 'It started.',
      (error: unknown) => String(error),
    );
    app = undefined;
    for (const part of [
      'Wrong.one and Wrong.two both handle "tests.same"',
      'Wrong.named: "tests.Not_Kebab" is no task name',
      'Wrong.bare: it has no payload class',
      'Wrong.slow: maxTimeout is 1560000 ms and must stay 5 minutes under BROKER_ACK_TIMEOUT',
      'Wrong.example: its example: The payload is not valid: payload.name',
      'Elsewhere.task: its @TaskController names the domain "others"',
      '"plain" has a handler that is no task',
    ]) {
      expect(message).toContain(part);
    }
  });
});
