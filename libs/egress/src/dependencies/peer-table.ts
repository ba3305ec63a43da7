/** A process that has not been heard of for so long uses nothing any more. Three times what lies between two tellings. */
const SILENCE_MS = 3_000;

interface Told {
  readonly heardAt: number;
  /** Calls in flight, by the names of the dependencies that the process uses. */
  readonly uses: ReadonlyMap<string, number>;
}

/** Which dependencies the other processes of the app use, as they have told. */
export class PeerTable {
  readonly #self: string;
  readonly #told = new Map<string, Told>();

  constructor(self: string) {
    this.#self = self;
  }

  heard(from: string, uses: readonly (readonly [name: string, inFlight: number])[], now: number): void {
    this.#told.set(from, { heardAt: now, uses: new Map(uses) });
  }

  forgetSilent(now: number): void {
    for (const [peer, { heardAt }] of this.#told) if (now - heardAt > SILENCE_MS) this.#told.delete(peer);
  }

  /** Calls that other processes have in flight. */
  inFlight(name: string): number {
    return [...this.#told.values()].reduce((sum, { uses }) => sum + (uses.get(name) ?? 0), 0);
  }

  /** This process's part of a limit in whole calls. The parts of all who use a dependency make up the limit. */
  wholeShare(name: string, limit: number): number {
    const users = this.#usersOf(name);
    const rest = users.indexOf(this.#self) < limit % users.length ? 1 : 0;
    return Math.floor(limit / users.length) + rest;
  }

  /** This process's part of a limit. */
  share(name: string, limit: number): number {
    return limit / this.#usersOf(name).length;
  }

  // In an order that all processes have in common.
  #usersOf(name: string): string[] {
    const others = [...this.#told].filter(([, { uses }]) => uses.has(name)).map(([peer]) => peer);
    return [this.#self, ...others].sort();
  }
}
