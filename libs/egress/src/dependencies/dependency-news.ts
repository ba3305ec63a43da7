import { type BreakerNews } from './breaker.js';

const LONGEST_NAME = 300;
const MOST_ENTRIES = 10_000;
const LARGEST_NUMBER = 1e12;

/** What processes of an app tell each other every second, and at once when a breaker has opened or closed. */
export interface DependencyNews {
  /** Whoever has something to tell is to tell it now: the sender has just come. */
  readonly hello: boolean;
  /** Calls in flight to each limited dependency that the sender uses. */
  readonly uses: readonly (readonly [name: string, inFlight: number])[];
  readonly breakers: readonly (readonly [name: string, news: BreakerNews])[];
}

/** What another process has told; undefined when it is nothing of this kind: a version to come may tell other things. */
export function dependencyNews(value: unknown): DependencyNews | undefined {
  const { hello, uses, breakers } = fieldsOf(value);
  if (typeof hello !== 'boolean' || !areEntries(uses, isCount) || !areEntries(breakers, isBreakerNews))
    return undefined;
  return { hello, uses, breakers };
}

function areEntries<T>(value: unknown, is: (entry: unknown) => entry is T): value is [string, T][] {
  return Array.isArray(value) && value.length <= MOST_ENTRIES && value.every((entry) => isNamed(entry) && is(entry[1]));
}

/** Whether others take what is told of a name; with one that they do not they take nothing of what is told beside it. */
export function isToldName(name: string): boolean {
  return name.length <= LONGEST_NAME;
}

function isNamed(entry: unknown): entry is [string, unknown] {
  if (!Array.isArray(entry) || entry.length !== 2) return false;
  const [name] = entry as [unknown];
  return typeof name === 'string' && isToldName(name);
}

function isBreakerNews(value: unknown): value is BreakerNews {
  const { version, open, openForMs, openings } = fieldsOf(value);
  return [version, openForMs, openings].every(isCount) && typeof open === 'boolean';
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= LARGEST_NUMBER;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
