import { TIMES } from '#libs/contracts';

/** How long the reconciler waits for what, in milliseconds. Its proofs rest on these. */
export interface ReconcilerTimes {
  /** Between two rounds. */
  readonly roundMs: number;
  /** How long a job must have been as it was first seen before anything is sent because of it. */
  readonly watchMs: number;
  /** A worker that is not heard for this long is taken for gone by the broker too, so its messages are in their queue again. */
  readonly silenceMs: number;
  /** How late a message may come out of the delay ladder. */
  readonly overdueMs: number;
  /** Between the return of the first probe and the second: longer than the broker takes to notice that a holder is gone. */
  readonly gapMs: number;
  /** How long a report may take that a worker has in hand when a probe passes it. */
  readonly settleMs: number;
  /** A probe that is out for longer was lost with its queue. It doubles with each that is lost in a row. */
  readonly probePatienceMs: number;
  /** A marker that is not back by then says that the ledger is behind. */
  readonly markerPatienceMs: number;
  /** How long a gateway that says nothing keeps the others from reconciling. */
  readonly leaseMs: number;
  /**
   * How often a gateway says that its tracker has committed what it has read; for so long a delivery may be on its way. A
   * marker is known when twice this time has passed, so it stays far below the patience with markers.
   */
  readonly pulseMs: number;
}

const MARKER_PATIENCE_MS = 5_000;
const SHORTEST_ROUND_MS = 100;
const LONGEST_PULSE_MS = 1_000;

/** @param afterMs how long a job is watched before it is looked for; everything else is in proportion to it */
export function reconcilerTimes(afterMs: number): ReconcilerTimes {
  const roundMs = Math.max(afterMs / 12, SHORTEST_ROUND_MS);
  return {
    roundMs,
    watchMs: afterMs,
    silenceMs: Math.max(afterMs / 2, TIMES.silenceMs),
    overdueMs: afterMs / 6,
    gapMs: afterMs / 2,
    settleMs: afterMs / 5,
    probePatienceMs: afterMs * 2,
    markerPatienceMs: MARKER_PATIENCE_MS,
    leaseMs: 3 * roundMs + 2 * MARKER_PATIENCE_MS,
    pulseMs: Math.min(Math.max(roundMs / 5, SHORTEST_ROUND_MS), LONGEST_PULSE_MS),
  };
}
