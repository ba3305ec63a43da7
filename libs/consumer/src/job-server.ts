import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import { lastValueFrom } from 'rxjs';
import { type AppTerms } from './resolve-task.js';
import { declarationIn } from './task-decorators.js';
import { type CallHandler, type FoundHandler, proveTasks, type TaskTable } from './task-table.js';

/** What feeds a job server with messages. */
export interface Workplace {
  /** Begins to take messages; the tasks are proven. */
  start(tasks: TaskTable): Promise<void>;
  /** Takes no more, and settles when nothing is in hand, however long that takes; `stop` may come meanwhile. */
  retire(): Promise<void>;
  /** Takes no more, and settles when nothing is in hand; what does not end in time is stopped and handed back. */
  stop(): Promise<void>;
}

/**
 * The transport of a consumer app: Nest finds the handlers and wraps them in their guards, pipes and interceptors; this
 * proves them when the app starts, and hands them to the workplace.
 */
export class JobServer extends Server implements CustomTransportStrategy {
  override readonly transportId = Symbol('leveret');
  readonly #terms: AppTerms;
  readonly #workplace: Workplace;
  readonly #found: FoundHandler[] = [];

  constructor(terms: AppTerms, workplace: Workplace) {
    super();
    this.#terms = terms;
    this.#workplace = workplace;
  }

  /** Full names, in alphabetical order. */
  get taskNames(): readonly string[] {
    return this.#found.map(({ pattern }) => pattern).sort();
  }

  override addHandler(
    pattern: string,
    handler: MessageHandler,
    isEventHandler = false,
    extras: Record<string, unknown> = {},
  ): void {
    super.addHandler(pattern, handler, isEventHandler, extras);
    this.#found.push({ pattern, declaration: declarationIn(extras), call: this.#callOf(handler) });
  }

  /** Calls back with a `WiringError` when the app is not written as it must be. */
  listen(callback: (error?: unknown) => void): void {
    proveTasks(this.#found, this.#terms)
      .then((tasks) => this.#workplace.start(tasks))
      .then(() => {
        callback();
      }, callback);
  }

  /** Takes no more jobs, and settles when those in hand have ended. */
  retire(): Promise<void> {
    return this.#workplace.retire();
  }

  close(): Promise<void> {
    return this.#workplace.stop();
  }

  on(): never {
    throw new Error('A job server emits no events of its own; subscribe to the telemetry of the app.');
  }

  unwrap(): never {
    throw new Error('A job server wraps no server of another library.');
  }

  #callOf(handler: MessageHandler): CallHandler {
    return async (payload, context) => {
      const answer = this.transformToObservable<unknown>(await handler(payload, context));
      return lastValueFrom(answer, { defaultValue: undefined });
    };
  }
}
