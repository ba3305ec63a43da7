import { type Line, lineKey } from '../ledger/outbox.js';
import { type Standing } from '../ledger/standings.js';

/** What a look at the ledger has shown. */
export interface Seen {
  readonly standings: readonly Standing[];
  /** Tenants whose running jobs have a limit: each of their jobs waits for its turn. */
  readonly limited: ReadonlySet<string>;
  /** Jobs wait for a concurrency key. */
  readonly keysWait: boolean;
  readonly windowOf: (queue: string) => number;
}

/** Room is filled when so many parts of a window have become free: a look costs the same for one job as for many. */
const PARTS = 8;

/** A line of jobs as it stands here: what was seen of it, and what this process has done since. */
interface Entry {
  room: number;
  /** Jobs were sent past the line since the look began. */
  sent: number;
  /** The mark of the last job that was held; undefined when none is. */
  held: number | undefined;
}

/**
 * Who may send how many messages past the lines, without asking the ledger for each job: the ledger is looked at some times
 * a second, and what this process lets go in between is taken off. What other gateways let go in between is not seen, so
 * with several of them a window is passed by what they accept in that time.
 */
export class RoomBook {
  readonly #lines = new Map<string, Entry>();
  #seen: Seen | undefined;
  #mark = 0;
  /** Jobs that have ended since the last look began. */
  #ended = 0;

  /** Whether a job that comes now may have a message at once; if so, it has taken its room. */
  take({ queue, tenant }: Line): boolean {
    if (this.#seen === undefined || this.#seen.limited.has(tenant)) return false;
    const entry = this.#entryOf(queue, tenant);
    if (entry.held !== undefined || entry.room <= 0) return false;
    entry.room -= 1;
    entry.sent += 1;
    return true;
  }

  /** Jobs have been held: what comes to their lines later does not overtake them. */
  hold(lines: Iterable<Line>): void {
    this.#mark += 1;
    for (const { queue, tenant } of lines) this.#entryOf(queue, tenant).held = this.#mark;
  }

  /** A look begins; what it gives back takes in what was seen. */
  look(): (seen: Seen) => void {
    const mark = this.#mark;
    this.#ended = 0;
    for (const entry of this.#lines.values()) entry.sent = 0;
    return (seen) => {
      this.#seen = seen;
      const standing = new Map(seen.standings.map((one) => [lineKey(one), one]));
      for (const [key, entry] of this.#lines) {
        const isNews = entry.sent > 0 || (entry.held ?? 0) > mark;
        if (!isNews && !standing.has(key)) this.#lines.delete(key);
      }
      for (const one of seen.standings) this.#entryOf(one.queue, one.tenant);
      for (const [key, entry] of this.#lines) update(entry, standing.get(key), { key, seen, mark });
    };
  }

  /** Whether somebody waits, as far as this process knows. */
  get waits(): boolean {
    return this.#waiting.length > 0 || this.#seen?.keysWait === true;
  }

  /** Jobs have ended. Whether enough of them to look who may go: who waits for a key or within a limit goes with the first. */
  end(jobs: number): boolean {
    this.#ended += jobs;
    if (this.#ended === 0 || !this.waits) return false;
    if (this.#seen?.keysWait === true || (this.#seen?.limited.size ?? 0) > 0) return true;
    const windows = this.#waiting.map((key) => this.#seen?.windowOf(queueOf(key)) ?? 0);
    return this.#ended >= Math.min(...windows) / PARTS;
  }

  /** The lines in which jobs are held. */
  get #waiting(): readonly string[] {
    return [...this.#lines].flatMap(([key, { held }]) => (held === undefined ? [] : [key]));
  }

  #entryOf(queue: string, tenant: string): Entry {
    const key = lineKey({ queue, tenant });
    const known = this.#lines.get(key);
    if (known !== undefined) return known;
    const entry: Entry = { room: this.#seen?.windowOf(queue) ?? 0, sent: 0, held: undefined };
    this.#lines.set(key, entry);
    return entry;
  }
}

// What was held after the look began is not in what it saw; what was sent after that may be, and is taken off in any case.
function update(
  entry: Entry,
  standing: Standing | undefined,
  { key, seen, mark }: { key: string; seen: Seen; mark: number },
): void {
  entry.room = seen.windowOf(queueOf(key)) - (standing?.out ?? 0) - entry.sent;
  if (standing?.holds === true) entry.held = Math.max(entry.held ?? 0, mark);
  else if ((entry.held ?? 0) <= mark) entry.held = undefined;
}

function queueOf(key: string): string {
  const [queue = ''] = key.split(' ');
  return queue;
}
