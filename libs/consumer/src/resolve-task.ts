import {
  type Backoff,
  DEFAULT_BACKOFF,
  DEFAULT_MAX_ATTEMPTS,
  type Duration,
  DURATION_FORM,
  isBareName,
  isTaskName,
  LIMITS,
  MAX_PRIORITY,
  parseDuration,
  PRIORITIES,
  type TaskAnnouncement,
  type TaskDefaults,
  TIMES,
} from '#libs/contracts';
import { exampleProblems } from './example-check.js';
import { payloadSchema } from './payload-schema.js';
import {
  type StartOptions,
  type TaskDeclaration,
  type TaskDefaultOptions,
  type TaskOptions,
} from './task-decorators.js';
import { taskHash } from './task-hash.js';

/** What the app was started with, as far as its tasks must agree with it. */
export interface AppTerms {
  readonly domain: string;
  /** The broker's `consumer_timeout`, in milliseconds. */
  readonly ackTimeoutMs: number;
}

/** What became of a declaration: the announcement, or why there is none. */
export interface ResolvedTask {
  readonly announcement: TaskAnnouncement | undefined;
  readonly problems: readonly string[];
}

/** Puts defaults in, makes the schema, and checks all of it. */
export async function resolveTask(declaration: TaskDeclaration, terms: AppTerms): Promise<ResolvedTask> {
  const { options, place } = declaration;
  const problems: string[] = [];
  const says = (problem: string): void => void problems.push(`${place}: ${problem}`);
  checkName(declaration, terms, says);
  const defaults = resolveDefaults({ ...declaration.controllerOptions, ...options }, says);
  const maxTimeoutMs = checkTimes(options.maxTimeout, defaults.timeoutMs, terms, says);
  const maxPayload = options.maxPayload ?? LIMITS.payload;
  if (!isWithin(maxPayload, 1, LIMITS.announcedPayload)) {
    says(`maxPayload is ${maxPayload} bytes; set it to 1 to ${LIMITS.announcedPayload}.`);
  }
  const { schema, example } = await resolvePayload(declaration, says);
  if (schema === undefined || problems.length > 0) return { announcement: undefined, problems };
  const description = options.description ?? inWords(declaration.name);
  const name = `${declaration.domain}.${declaration.name}`;
  const hash = taskHash(schema, defaults);
  return { announcement: { name, description, schema, defaults, maxTimeoutMs, maxPayload, example, hash }, problems };
}

interface ResolvedPayload {
  readonly schema: Schema | undefined;
  readonly example: unknown;
}

type Says = (problem: string) => void;
type Schema = Readonly<Record<string, unknown>>;

async function resolvePayload(declaration: TaskDeclaration, says: Says): Promise<ResolvedPayload> {
  const { options } = declaration;
  const found = await foundAtStart(options, says);
  const schema = withFound(resolveSchema(declaration, says), found);
  const example = found.example ?? options.example ?? null;
  if (schema === undefined) return { schema, example };
  checkSize(schema, says);
  const wrong = example === null ? [] : await exampleProblems(options.payload, schema, example);
  for (const problem of wrong) says(`its example: ${problem}`);
  return { schema, example };
}

function checkName({ domain, name }: TaskDeclaration, terms: AppTerms, says: Says): void {
  if (domain !== terms.domain) {
    says(`its @TaskController names the domain "${domain}", this app's is "${terms.domain}"; name the same in both.`);
  }
  if (!isBareName(name) || !isTaskName(`${domain}.${name}`)) {
    says(`"${domain}.${name}" is no task name; use <domain>.<task> in kebab case, at most 100 characters.`);
  }
}

function resolveDefaults(options: TaskDefaultOptions, says: Says): TaskDefaults {
  const { maxAttempts = DEFAULT_MAX_ATTEMPTS, backoff = DEFAULT_BACKOFF, priority = 'normal' } = options;
  const number = typeof priority === 'number' ? priority : PRIORITIES[priority];
  if (!isWithin(maxAttempts, 1, LIMITS.maxAttempts)) {
    says(`maxAttempts is ${maxAttempts}; set it to 1 to ${LIMITS.maxAttempts}.`);
  }
  if (!isWithin(number, 0, MAX_PRIORITY)) {
    const names = Object.keys(PRIORITIES).join(', ');
    says(`priority is ${JSON.stringify(priority)}; set it to 0 to ${MAX_PRIORITY}, or ${names}.`);
  }
  if (!isBackoff(backoff)) says(`backoff is ${JSON.stringify(backoff)}; use exponential('1s') or fixed('1s').`);
  const timeoutMs = millis('timeout', options.timeout ?? TIMES.defaultTimeoutMs, says);
  return { maxAttempts, backoff, timeoutMs, priority: number };
}

function checkTimes(maxTimeout: Duration | undefined, timeoutMs: number, terms: AppTerms, says: Says): number {
  const setting = maxTimeout === undefined ? 'timeout' : 'maxTimeout';
  const maxTimeoutMs = maxTimeout === undefined ? timeoutMs : millis('maxTimeout', maxTimeout, says);
  if (maxTimeoutMs < timeoutMs) {
    says(`maxTimeout is ${maxTimeoutMs} ms and timeout ${timeoutMs} ms; raise maxTimeout or lower timeout.`);
  }
  const most = terms.ackTimeoutMs - TIMES.ackTimeoutMarginMs;
  if (maxTimeoutMs > most) {
    says(
      `${setting} is ${maxTimeoutMs} ms and must stay 5 minutes under BROKER_ACK_TIMEOUT, which is ` +
        `${terms.ackTimeoutMs} ms; lower it to ${most} ms, or raise consumer_timeout of the broker and BROKER_ACK_TIMEOUT.`,
    );
  }
  return maxTimeoutMs;
}

function resolveSchema({ options }: TaskDeclaration, says: Says): Schema | undefined {
  // Not typed away: a class that is imported in a circle is undefined when the decorator runs.
  if (typeof (options.payload as unknown) !== 'function') {
    says('it has no payload class; give @Task { payload: SomeClass }.');
    return undefined;
  }
  try {
    return payloadSchema(options.payload);
  } catch (error) {
    says(error instanceof Error ? `${error.message}.` : String(error));
    return undefined;
  }
}

async function foundAtStart({ atStart }: TaskOptions, says: Says): Promise<StartOptions> {
  try {
    return (await atStart?.()) ?? {};
  } catch (error) {
    says(error instanceof Error ? `${error.message}.` : String(error));
    return {};
  }
}

function withFound(schema: Schema | undefined, found: StartOptions): Schema | undefined {
  if (schema === undefined || found.schema === undefined) return schema;
  const others = Array.isArray(schema['allOf']) ? (schema['allOf'] as unknown[]) : [];
  return { ...schema, allOf: [...others, found.schema] };
}

function checkSize(schema: Schema, says: Says): void {
  const bytes = Buffer.byteLength(JSON.stringify(schema));
  if (bytes > LIMITS.schema) says(`the schema of its payload has ${bytes} bytes; the most is ${LIMITS.schema}.`);
}

function millis(option: string, duration: Duration, says: Says): number {
  const ms = parseDuration(duration);
  if (ms === undefined || ms === 0) says(`${option} is ${JSON.stringify(duration)}; use ${DURATION_FORM}, above 0.`);
  return ms ?? 0;
}

function isWithin(value: number, least: number, most: number): boolean {
  return Number.isSafeInteger(value) && value >= least && value <= most;
}

function isBackoff({ delayMs, maxDelayMs, jitter }: Backoff): boolean {
  return delayMs >= 0 && maxDelayMs >= delayMs && jitter >= 0 && jitter <= 1;
}

function inWords(name: string): string {
  const words = name.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
