import { isBareName } from './names.js';
import { type Check, isCount, isText, listOf, literal, nullable, perhaps, shape } from './shape.js';
import { isStorableText, utf8Length } from './text.js';

/** Bytes: two names fit in the cursor of a list. */
const MAX_NAME = 199;
const MAX_CONCURRENCY = 1_000_000;
const MAX_RUNS = 10_000;
const MAX_DEPENDENCIES = 100;

/** A run that a worker has in hand. */
export interface HeldRun {
  readonly job: string;
  readonly run: number;
}

/**
 * How a dependency of an app is: `closed`, calls pass; `open`, it is down and none does; `half-open`, one call at a time tries whether
 * it is back; `ramping`, it is, and more are made with each success.
 */
export type DependencyState = 'closed' | 'open' | 'half-open' | 'ramping';

/** Something outside that an app depends on, as one of its processes sees it. */
export interface ShownDependency {
  readonly name: string;
  readonly state: DependencyState;
  /** Calls that are being made. */
  readonly inFlight: number;
  /** Jobs that wait elsewhere until they may call. */
  readonly parked: number;
}

/** What a process takes of the memory, in bytes. */
export interface HeldMemory {
  /** What is resident. */
  readonly rss: number;
  /** What the process, and those that it starts, may take together; null when nothing bounds them. */
  readonly limit: number | null;
}

/**
 * Sent every two seconds, after each reconnect and at a clean end, key `<domain>.heartbeat`: who is alive and what it has in
 * hand.
 */
export interface Heartbeat {
  readonly worker: string;
  readonly domain: string;
  readonly appVersion: string;
  readonly concurrency: number;
  /** Counts the heartbeats of a process from 1: what is older than known is passed over. */
  readonly seq: number;
  readonly runs: readonly HeldRun[];
  /** The clock of the worker when it was sent, in milliseconds since 1970. */
  readonly at?: number;
  /** The name of the file storage that the worker uses, as the storage itself tells it. */
  readonly storage?: string;
  /** Of the process that sends it; others that it has started are not in it. */
  readonly memory?: HeldMemory;
  /** What the worker depends on at present, the troubled first; at most 100. */
  readonly dependencies?: readonly ShownDependency[];
  /** True of the last one: the worker has ended well and has nothing in hand. One that is lost shows as silence. */
  readonly leaves?: boolean;
}

/** A name that a heartbeat may carry; one with another is none, with all that it says. */
export const isHeartbeatName: Check<string> = (value): value is string =>
  isText(value) && value !== '' && utf8Length(value) <= MAX_NAME && isStorableText(value);
const isDomain: Check<string> = (value): value is string => isText(value) && isBareName(value);
const isFlag: Check<boolean> = (value): value is boolean => typeof value === 'boolean';
const isConcurrency: Check<number> = (value): value is number => isCount(value) && value <= MAX_CONCURRENCY;
const isOwnName: Check<string> = (value): value is string => isText(value) && /^[0-9a-f-]{36}$/.test(value);
const areRuns = listOf(shape<HeldRun>({ job: isHeartbeatName, run: isCount }));

const areDependencies = listOf(
  shape<ShownDependency>({
    name: isHeartbeatName,
    state: literal<DependencyState>('closed', 'open', 'half-open', 'ramping'),
    inFlight: isCount,
    parked: isCount,
  }),
);

/** A heartbeat whose texts the ledger can hold and whose lists are no larger than an app's can be. */
export const isHeartbeat: Check<Heartbeat> = shape<Heartbeat>({
  worker: isHeartbeatName,
  domain: isDomain,
  appVersion: isHeartbeatName,
  concurrency: isConcurrency,
  seq: isCount,
  runs: (value): value is Heartbeat['runs'] => Array.isArray(value) && value.length <= MAX_RUNS && areRuns(value),
  at: perhaps(isCount),
  storage: perhaps(isOwnName),
  memory: perhaps(shape<HeldMemory>({ rss: isCount, limit: nullable(isCount) })),
  dependencies: perhaps(
    (value): value is ShownDependency[] =>
      Array.isArray(value) && value.length <= MAX_DEPENDENCIES && areDependencies(value),
  ),
  leaves: perhaps(isFlag),
});
