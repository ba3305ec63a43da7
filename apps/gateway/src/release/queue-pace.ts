/** How many seconds of a queue's work one tenant may have in it. */
const WINDOW_SECONDS = 2;
/** Messages for each that a worker takes at once: when one has ended, the next is there. */
const PER_PLACE = 2;
/** Reports that were late come together, so a pace counts for so many times what has ended at most. */
const PACE_TIMES = 4;
/** While no worker is known nobody's turn comes; so many wait for the first one. */
const WITHOUT_WORKERS = 10;

/** A window that workers find too small grows with each heartbeat of theirs, to so many times its size. */
const GROWTH_EVERY_MS = 2_000;
const MOST_TIMES = 4;

/** What is known of a queue when its window is judged. */
export interface QueuePace {
  readonly queue: string;
  /** Jobs that have completed or failed, ever: what is cancelled has mostly not run. */
  readonly ended: number;
  /** How many jobs all its workers take at once. */
  readonly places: number;
  /** How many more they could take while jobs are held; 0 while none is, or the queue is paused. */
  readonly idle: number;
}

/** By how much a window has grown. */
interface Growth {
  readonly by: number;
  readonly at: number;
}

interface Sample {
  readonly at: number;
  readonly ended: number;
  readonly places: number;
}

/**
 * How many messages one tenant may have in a queue: what the queue ends in two seconds, or would at its latest pace. It is at
 * least twice what its workers take at once. So no tenant waits much longer for another's than that, and no worker waits for the
 * ledger. Messages that were lost fill a window until they are found: then workers are idle although jobs are held, and the
 * window grows.
 */
export class Paces {
  readonly #samples = new Map<string, readonly Sample[]>();
  readonly #windows = new Map<string, number>();
  readonly #growths = new Map<string, Growth>();

  /** Takes in what is known now. @param at milliseconds, by a clock that never goes back */
  learn(paces: readonly QueuePace[], at: number): void {
    for (const { queue, ended, places, idle } of paces) {
      const samples = [...(this.#samples.get(queue) ?? []), { at, ended, places }];
      const first = samples.findLastIndex((sample) => sample.at <= at - WINDOW_SECONDS * 1_000);
      const recent = samples.slice(Math.max(first, 0));
      this.#samples.set(queue, recent);
      const least = places > 0 ? PER_PLACE * places : WITHOUT_WORKERS;
      const known = Math.max(endedIn(recent), least);
      const window = Math.max(known, Math.min(atLatestPace(recent), PACE_TIMES * known));
      const growth = grown(this.#growths.get(queue) ?? { by: 0, at }, { idle, most: (MOST_TIMES - 1) * window }, at);
      this.#growths.set(queue, growth);
      this.#windows.set(queue, window + growth.by);
    }
  }

  windowOf(queue: string): number {
    return this.#windows.get(queue) ?? WITHOUT_WORKERS;
  }
}

function grown(growth: Growth, { idle, most }: { idle: number; most: number }, at: number): Growth {
  if (idle === 0) return { by: 0, at };
  return at - growth.at < GROWTH_EVERY_MS ? growth : { by: Math.min(growth.by + idle, most), at };
}

/** What has ended in the last two seconds, in proportion when the samples reach further back. */
function endedIn(samples: readonly Sample[]): number {
  const [first] = samples;
  const last = samples.at(-1);
  if (first === undefined || last === undefined || first === last) return 0;
  const seconds = (last.at - first.at) / 1_000;
  return Math.ceil(Math.max(0, last.ended - first.ended) * Math.min(1, WINDOW_SECONDS / seconds));
}

/**
 * What would end in two seconds as it did since the sample before the last: a burst has its window when it has hardly begun.
 * Of each place one run may have begun earlier, so those are left out: long runs that end together are no pace.
 */
function atLatestPace(samples: readonly Sample[]): number {
  const [before, last] = samples.slice(-2);
  if (before === undefined || last === undefined) return 0;
  const seconds = (last.at - before.at) / 1_000;
  const begunBefore = Math.max(before.places, last.places);
  return Math.ceil((Math.max(0, last.ended - before.ended - begunBefore) * WINDOW_SECONDS) / seconds);
}
