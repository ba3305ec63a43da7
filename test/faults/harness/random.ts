const LARGEST_SEED = 2 ** 32;

/** A generator of choices (mulberry32): the same seed gives the same ones again. */
export class SeededRandom {
  #state: number;

  constructor(readonly seed: number) {
    this.#state = seed >>> 0;
  }

  /** A number from 0 (inclusive) to 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / LARGEST_SEED;
  }

  /** A whole number from `least` to `most`. */
  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  pick<T>(choices: readonly T[]): T {
    const choice = choices[this.between(0, choices.length - 1)];
    if (choice === undefined) throw new Error('Expected something to choose from, got an empty list.');
    return choice;
  }

  shuffled<T>(items: readonly T[]): readonly T[] {
    return items
      .map((item) => ({ item, place: this.next() }))
      .sort((one, other) => one.place - other.place)
      .map(({ item }) => item);
  }

  /** A further generator whose choices do not depend on how many this one has made. */
  fork(purpose: string): SeededRandom {
    const hash = Buffer.from(purpose).reduce((sum, byte) => Math.imul(sum ^ byte, 0x01000193), 0x811c9dc5);
    return new SeededRandom((this.seed ^ hash) >>> 0);
  }
}

/** The seed that a person has set, else a new one. @throws Error when it is no whole number */
export function chosenSeed(text: string | undefined): number {
  if (text === undefined || text === '') return Math.floor(Math.random() * LARGEST_SEED);
  const seed = Number(text);
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new Error(`Expected a seed (FAULT_SEED, --seed) that is a whole number from 0, got ${JSON.stringify(text)}.`);
  return seed;
}
