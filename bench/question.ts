import { type BenchSuite } from './bench-suite.js';
import { type Figure } from './statistics.js';

/** How much is done; a smoke run only proves that the benchmarks still work. */
export interface Effort {
  readonly runs: number;
  readonly jobs: number;
  readonly images: number;
  readonly mails: number;
  readonly rows: number;
  /** Final jobs that a ledger is filled with; 0: nothing is asked about a full one. */
  readonly ledger: number;
}

/** One line of a question's table. */
export interface Row {
  readonly name: string;
  readonly figure: Figure;
  /** The row that it is compared with; a baseline has none. */
  readonly against?: string;
  /** What else was measured, as text. */
  readonly notes?: string;
}

/** What a question measures, beside its baseline in the same run. */
export interface Question {
  readonly title: string;
  readonly unit: string;
  /** What decides whether more is better. */
  readonly better: 'more' | 'less';
  ask(suite: BenchSuite, effort: Effort): Promise<readonly Row[]>;
}

/**
 * Runs every contender once per round, so that what the machine does meanwhile meets all of them alike.
 * Returns the figures of each, by name, in the order of the contenders.
 */
export async function roundRobin(
  contenders: Readonly<Record<string, () => Promise<number>>>,
  rounds: number,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const figures = new Map<string, number[]>(Object.keys(contenders).map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, run] of Object.entries(contenders)) figures.get(name)?.push(await run());
  }
  return figures;
}
