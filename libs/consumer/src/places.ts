import { type RunInHand } from './run-in-hand.js';

/**
 * The places of a process, and the line of runs that wait for one. Nobody overtakes: who needs all places would wait for ever
 * among those that need one.
 */
export class Places {
  readonly #count: number;
  readonly #begin: (hand: RunInHand) => void;
  #waiting: RunInHand[] = [];
  #taken = 0;
  #left = 0;

  /** @param begin is called with a run as soon as it has its place */
  constructor(count: number, begin: (hand: RunInHand) => void) {
    this.#count = count;
    this.#begin = begin;
  }

  /** How many runs have left their places, ever. */
  get left(): number {
    return this.#left;
  }

  /** Takes the next place that is free. */
  enter(hand: RunInHand): void {
    this.#waiting.push(hand);
    this.#beginNext();
  }

  /** A run needs its place no more. */
  leave(hand: RunInHand): void {
    this.#taken -= this.#placesOf(hand);
    this.#left += 1;
    this.#beginNext();
  }

  /** Takes runs out of the line, and gives them back; what waited behind them may begin. */
  drop(goes: (hand: RunInHand) => boolean): readonly RunInHand[] {
    const [gone, stay]: [RunInHand[], RunInHand[]] = [[], []];
    for (const hand of this.#waiting) (goes(hand) ? gone : stay).push(hand);
    this.#waiting = stay;
    this.#beginNext();
    return gone;
  }

  /**
   * Takes out of the line what came last, until no more than so many runs wait or have places. The first that is to run alone
   * stays: handed from one process to the next, it would find all places free nowhere.
   */
  dropBeyond(runs: number): readonly RunInHand[] {
    const beyond = Math.max(0, this.#taken + this.#waiting.length - runs);
    const stays = this.#waiting.find(({ order }) => order.alone);
    const others = this.#waiting.filter((hand) => hand !== stays);
    const last = new Set(others.slice(Math.max(0, others.length - beyond)));
    return this.drop((hand) => last.has(hand));
  }

  #beginNext(): void {
    for (;;) {
      const [hand] = this.#waiting;
      if (hand === undefined || this.#taken + this.#placesOf(hand) > this.#count) return;
      this.#waiting.shift();
      this.#taken += this.#placesOf(hand);
      this.#begin(hand);
    }
  }

  #placesOf({ order }: RunInHand): number {
    return order.alone ? this.#count : 1;
  }
}
