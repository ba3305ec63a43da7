/** The target unless somebody says otherwise: what waits has begun within it. */
export const TARGET_MS = 20_000;
/** The cool-down unless somebody says otherwise. */
export const COOL_DOWN_MS = 30_000;

/** Within which bounds an app is scaled, and by what. */
export interface ScaleRules {
  /** Processes that there are always. */
  readonly least: number;
  /** Processes at the same time, with those that are about to end. */
  readonly most: number;
  /** Within which time what waits should have begun. */
  readonly targetMs: number;
  /** How long there are as many processes as there are before there is one fewer. */
  readonly coolDownMs: number;
}

/** A queue and those who work on it, as they are. */
export interface Situation {
  readonly waiting: number;
  readonly active: number;
  readonly paused: boolean;
  /** How long an execution took on average; null when none has ended of late. */
  readonly runMs: number | null;
  readonly oldestWaitingMs: number;
  /** Jobs that have ended per second of the last minute. */
  readonly perSecond: number;
  /** Jobs at once in all processes of the app, those of others and those that are about to begin among them. */
  readonly slots: number;
  /** Jobs at once in one process. */
  readonly slotsEach: number;
  /** Our processes that take jobs, or soon will. */
  readonly processes: number;
  /** Our processes that take no more jobs and still have some. */
  readonly leaving: number;
  readonly sinceChangeMs: number;
}

/** What becomes of the number of processes. */
export interface Decision {
  /** How many more or fewer; 0 leaves it. */
  readonly change: number;
  /** The numbers behind it, for people; empty when there is nothing to say. */
  readonly why: string;
  /** The time to drain that it was decided by; null when that is not known. */
  readonly drainMs: number | null;
}

/** Below this part of the target one process fewer will do: load that sways a little moves nothing. */
const CALM_PART = 0.5;
/** With more of its slots idle the queue waits for something else than processes: a limit, a key, the broker. */
const BUSY_PART = 0.5;

/**
 * How many processes an app should have more or fewer. Decided by the time that its queue needs to drain: what waits beyond
 * the idle slots, at the measured time of an execution, over all slots. Grows at once, to what the target needs but at most to
 * twice as many; shrinks by one, after a time of quiet.
 */
export function decideScale(now: Situation, rules: ScaleRules): Decision {
  const drainMs = timeToDrain(now, now.slots);
  const missing = rules.least - now.processes;
  if (missing > 0) return { change: missing, why: `at least ${rules.least} are wanted`, drainMs };
  if (isBehind(now, drainMs, rules.targetMs)) return grow(now, drainMs, rules);
  return shrink(now, rules) ?? { change: 0, why: '', drainMs };
}

function isBehind(now: Situation, drainMs: number | null, targetMs: number): boolean {
  const queued = now.waiting > Math.max(0, now.slots - now.active);
  if (now.paused || !queued || now.active < now.slots * BUSY_PART) return false;
  return (drainMs ?? 0) > targetMs || isSlowerThanMeasured(now, targetMs);
}

/** The oldest job waits for too long, and at the pace of the last minute so will the others: these jobs are slower than those before. */
function isSlowerThanMeasured({ waiting, oldestWaitingMs, perSecond }: Situation, targetMs: number): boolean {
  return oldestWaitingMs > targetMs && waiting * 1_000 > perSecond * targetMs;
}

function grow(now: Situation, drainMs: number | null, { most, targetMs }: ScaleRules): Decision {
  const room = most - now.processes - now.leaving;
  const largest = Math.min(room, now.processes);
  const numbers = `${count(now.waiting)} waiting, ${drain(drainMs, now)}, target ${seconds(targetMs)}`;
  if (largest <= 0) return { change: 0, why: `${numbers}; ${count(most)} are the most`, drainMs };
  let change = 1;
  while (change < largest && (timeToDrain(now, now.slots + change * now.slotsEach) ?? 0) > targetMs) change += 1;
  return { change, why: numbers, drainMs };
}

function shrink(now: Situation, { least, targetMs, coolDownMs }: ScaleRules): Decision | undefined {
  if (now.processes <= least || now.sinceChangeMs < coolDownMs) return undefined;
  const drainMs = timeToDrain(now, now.slots - now.slotsEach);
  if (drainMs === null || drainMs > targetMs * CALM_PART) return undefined;
  const numbers = `${count(now.waiting)} waiting, ${count(now.active)} running`;
  const why = `${numbers}, ${seconds(drainMs)} to drain with one fewer, target ${seconds(targetMs)}`;
  return { change: -1, why, drainMs };
}

/** Until the last job that waits has begun; null when there is no measure. */
function timeToDrain({ waiting, active, runMs }: Situation, slots: number): number | null {
  const beyond = waiting + active - slots;
  if (beyond <= 0) return 0;
  return runMs === null || slots <= 0 ? null : (beyond * runMs) / slots;
}

function drain(drainMs: number | null, { oldestWaitingMs }: Situation): string {
  const known = drainMs === null ? 'time to drain not known yet' : `${seconds(drainMs)} to drain`;
  return `${known}, the oldest for ${seconds(oldestWaitingMs)}`;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toLocaleString('en', { maximumFractionDigits: ms < 10_000 ? 1 : 0 })} s`;
}

function count(number: number): string {
  return number.toLocaleString('en');
}
