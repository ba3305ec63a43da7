import { TIMES } from '#libs/contracts';

/** A worker that is heard, but does not name a run, may have an outcome of it under way for this long. */
const OUTCOME_MS = 30_000;

/** What the latest heartbeat of the worker of a run says. */
export interface Evidence {
  readonly run: number;
  /** When that heartbeat came, in milliseconds; null when none ever did. */
  readonly heardAt: number | null;
  /** Whether it names the run. */
  readonly named: boolean;
}

/** What one gateway has seen of the worker of a run since it looks at it. */
export interface Watch extends Evidence {
  /** How long nothing was heard of the worker. */
  readonly silentMs: number;
  /** How long the worker has been heard without naming the run. */
  readonly unnamedMs: number;
}

/**
 * Looks at a run again.
 * @param elapsedMs since the look before, counted only while heartbeats came in
 */
export function watched(before: Watch | undefined, evidence: Evidence, elapsedMs: number): Watch {
  if (before?.run !== evidence.run) return { ...evidence, silentMs: 0, unnamedMs: 0 };
  const wasHeard = evidence.heardAt !== before.heardAt;
  return {
    ...evidence,
    silentMs: wasHeard ? 0 : before.silentMs + elapsedMs,
    unnamedMs: evidence.named ? 0 : before.unnamedMs + elapsedMs,
  };
}

/**
 * Whether the worker of a run whose message has come back is gone: it is silent for three heartbeats, or is heard, does not
 * have the run any more, and no outcome has come. A run that is named goes on.
 */
export function isLost({ silentMs, unnamedMs }: Watch): boolean {
  return silentMs >= TIMES.silenceMs || unnamedMs >= OUTCOME_MS;
}

/**
 * A clock that goes only while heartbeats come in, and no faster: between two heartbeats of anybody it goes on by two
 * seconds at most. When nobody is heard, because the broker is in alarm or was away, nobody is taken for gone.
 */
export class HearingClock {
  /** When anybody was last heard, as far as it was told. */
  #toldAt: number | null = null;
  /** Up to when it has gone. */
  #goneTo = 0;

  /** How far the clock has gone since it was asked before, given when anybody was last heard. */
  advance(anyHeardAt: number | null): number {
    const toldAt = this.#toldAt;
    this.#toldAt = anyHeardAt;
    // When the worker that was heard last leaves, an earlier time of another one is told: nobody was heard since.
    if (anyHeardAt === null || (toldAt !== null && anyHeardAt <= toldAt)) return 0;
    const goneTo = toldAt === null ? anyHeardAt : this.#goneTo;
    this.#goneTo = anyHeardAt;
    // It begins anew at an earlier time when the ledger's own clock was set back.
    return Math.min(Math.max(anyHeardAt - goneTo, 0), TIMES.heartbeatMs);
  }
}
