import { type Load, type OutboxEntry } from '../ledger/outbox.js';

/** Entries that are claimed but not settled, at most, and the bytes of payload that they hold in memory. */
const MAX_ENTRIES = 2_000;
const MAX_BYTES = 64 * 1024 * 1024;
const SWEEP_LIMIT = 500;
/** Until a sweep has shown how large entries are: the largest that tasks allow unless they say otherwise. */
const FIRST_GUESS_BYTES = 512 * 1024;

/** What a relay has in hand: bounded by number and by bytes, however large the payloads that wait in the outbox are. */
export class HeldEntries {
  readonly #entries = new Map<string, { readonly since: number; readonly bytes: number }>();
  #bytes = 0;
  #likelyBytes = FIRST_GUESS_BYTES;

  /** Whether so much more may be taken in hand. */
  hasRoomFor({ entries, bytes }: Load): boolean {
    return this.#entries.size + entries <= MAX_ENTRIES && this.#bytes + bytes <= MAX_BYTES;
  }

  /** How many may be claimed now; 0 when there is no room. Judged by the size of those that were claimed last. */
  get claimable(): number {
    if (!this.hasRoomFor({ entries: 1, bytes: 1 })) return 0;
    const fitting = Math.max(1, Math.floor((MAX_BYTES - this.#bytes) / this.#likelyBytes));
    return Math.min(MAX_ENTRIES - this.#entries.size, SWEEP_LIMIT, fitting);
  }

  has(id: string): boolean {
    return this.#entries.has(id);
  }

  /** Remembers how large entries were that have been claimed last. */
  learn(claimed: readonly OutboxEntry[]): void {
    if (claimed.length === 0) return;
    const bytes = claimed.reduce((sum, entry) => sum + sizeOf(entry), 0);
    this.#likelyBytes = Math.max(1, bytes / claimed.length);
  }

  take(entry: OutboxEntry): void {
    const bytes = sizeOf(entry);
    this.letGo([entry.id]);
    this.#entries.set(entry.id, { since: Date.now(), bytes });
    this.#bytes += bytes;
  }

  letGo(ids: readonly string[]): void {
    for (const id of ids) {
      this.#bytes -= this.#entries.get(id)?.bytes ?? 0;
      this.#entries.delete(id);
    }
  }

  /** Those that were taken before a time. */
  before(time: number): string[] {
    return [...this.#entries].filter(([, { since }]) => since < time).map(([id]) => id);
  }
}

function sizeOf(entry: OutboxEntry): number {
  return 'payload' in entry ? entry.payload.length : 0;
}
