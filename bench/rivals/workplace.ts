import { type BenchPayload, type Lateness, preciseNow } from './queue-system.js';

/** What the process that measures says to the one that works. */
export type Order =
  | { readonly kind: 'open'; readonly url: string; readonly concurrency: number }
  | { readonly kind: 'work'; readonly on: boolean }
  | { readonly kind: 'expect'; readonly count: number };

/** What it hears: an order has been carried out, or as many jobs as expected have ended. */
export type Answer = { readonly kind: 'done' } | { readonly kind: 'ended'; readonly lateness: Lateness };

/** A worker of one of the rivals, which rests at first. */
export interface RivalWorker {
  work(on: boolean): Promise<unknown>;
}

/** Counts jobs where they are worked on, and takes the times of those that carry one. */
export class Tally {
  #left = 0;
  #starts: number[] = [];
  #ends: number[] = [];

  expect(count: number): void {
    [this.#left, this.#starts, this.#ends] = [count, [], []];
  }

  started({ due }: BenchPayload): void {
    if (due !== undefined) this.#starts.push(preciseNow() - due);
  }

  /** The system holds the job's final status. */
  ended({ due }: BenchPayload): void {
    if (due !== undefined) this.#ends.push(preciseNow() - due);
    this.#left -= 1;
    if (this.#left === 0) answer({ kind: 'ended', lateness: { starts: this.#starts, ends: this.#ends } });
  }
}

/** Runs a rival's worker for the process that measures, until that is gone. */
export function serve(open: (url: string, concurrency: number, tally: Tally) => Promise<RivalWorker>): void {
  const tally = new Tally();
  let worker: RivalWorker | undefined;
  const carryOut = async (order: Order): Promise<void> => {
    if (order.kind === 'open') worker = await open(order.url, order.concurrency, tally);
    else if (order.kind === 'work') await worker?.work(order.on);
    else tally.expect(order.count);
    answer({ kind: 'done' });
  };
  process.on('message', (order: Order) => void carryOut(order));
  process.on('disconnect', () => process.exit(0));
}

function answer(message: Answer): void {
  process.send?.(message);
}
