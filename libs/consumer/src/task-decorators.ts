import { applyDecorators, Controller, type Type, UseFilters } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { type Backoff, type Duration, type PRIORITIES } from '#libs/contracts';
import { OriginalErrors } from './original-errors.js';

/** What a task does unless the job says otherwise. A task's own options come before its controller's. */
export interface TaskDefaultOptions {
  /** Charged executions before the job fails. @default 5 */
  readonly maxAttempts?: number;
  /** How long a failed attempt waits for the next. @default exponential('1s') */
  readonly backoff?: Backoff;
  /** The handler's signal aborts then, and the attempt counts as failed. @default '5m' */
  readonly timeout?: Duration;
  /** 0 to 9, higher first, or its name. @default 'normal' */
  readonly priority?: number | keyof typeof PRIORITIES;
}

/** What `@Task` takes. */
export interface TaskOptions extends TaskDefaultOptions {
  /** The class that the payload is validated against; the gateway gets it as JSON Schema. */
  readonly payload: Type<object>;
  /** What the task does, for the API and the dashboard. @default the task's name in words */
  readonly description?: string;
  /** A payload that runs as it is; checked when the app starts. */
  readonly example?: unknown;
  /** The longest time-out that a job may ask for; at least 5 minutes under `BROKER_ACK_TIMEOUT`. @default the time-out */
  readonly maxTimeout?: Duration;
  /** Bytes of JSON, at most 8 MiB. @default 524_288 */
  readonly maxPayload?: number;
  /** What nobody knows before the app starts, such as what lies in a folder. What it throws keeps the app from starting. */
  readonly atStart?: () => Promise<StartOptions>;
}

/** What an app finds out about a task when it starts. */
export interface StartOptions {
  /** JSON Schema that a payload must fit as well as its class; the gateway checks by it, the app does so itself. */
  readonly schema?: Readonly<Record<string, unknown>>;
  /** Comes before the `example` of the task's options. */
  readonly example?: unknown;
}

/** A task as its decorators wrote it, with the place it was written at. */
export interface TaskDeclaration {
  readonly domain: string;
  readonly name: string;
  readonly options: TaskOptions;
  readonly controllerOptions: TaskDefaultOptions;
  /** `<class>.<method>`, for messages. */
  readonly place: string;
}

const TASK = Symbol('leveret:task');

interface MarkedMethod {
  readonly name: string;
  readonly options: TaskOptions;
}

/**
 * Marks a method as the handler of a task. Its parameters come by Nest's own `@Payload()` and `@Ctx()`; what it returns
 * is the job's result, what it throws decides what follows ({@link PermanentError}, {@link TemporaryError}, {@link RetryAfter}).
 * Guards, pipes and interceptors of Nest work on it.
 * @param name the part of the task's name behind the dot, in kebab case
 */
export function Task(name: string, options: TaskOptions): MethodDecorator {
  return (_prototype, _key, descriptor) => {
    const marked: MarkedMethod = { name, options };
    Reflect.defineMetadata(TASK, marked, descriptor.value as object);
  };
}

/**
 * Makes a class the home of a domain's tasks. It is a Nest controller; an app has one or more of them, all of one domain.
 * @param domain the part of the tasks' names before the dot, in kebab case
 * @param defaults for every task of this class
 */
export function TaskController(domain: string, defaults: TaskDefaultOptions = {}): ClassDecorator {
  return (target) => {
    const prototype = target.prototype as object;
    for (const [key, descriptor] of methodsOf(prototype)) {
      const marked = Reflect.getMetadata(TASK, descriptor.value as object) as MarkedMethod | undefined;
      if (marked === undefined) continue;
      const place = `${target.name}.${key}`;
      const declaration: TaskDeclaration = { domain, ...marked, controllerOptions: defaults, place };
      MessagePattern(`${domain}.${marked.name}`, { task: declaration })(prototype, key, descriptor);
    }
    applyDecorators(Controller(), UseFilters(OriginalErrors))(target);
  };
}

/** The declaration behind a handler that Nest found, or undefined when it is none of ours. */
export function declarationIn(extras: Readonly<Record<string, unknown>>): TaskDeclaration | undefined {
  return extras['task'] as TaskDeclaration | undefined;
}

function methodsOf(prototype: object): [string, PropertyDescriptor][] {
  return Object.entries(Object.getOwnPropertyDescriptors(prototype)).filter(
    ([key, { value }]) => key !== 'constructor' && typeof value === 'function',
  );
}
