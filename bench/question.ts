import { type BenchSuite } from './bench-suite.js';
import { type Effort } from './effort.js';
import { type Figure, figureOf } from './statistics.js';

/** One line of a question's table. */
export interface Row {
  readonly name: string;
  readonly figure: Figure;
  /** The rows that it is compared with; a baseline has none, or others. */
  readonly against?: readonly string[];
  /** What else was measured, named with its unit. */
  readonly also?: Readonly<Record<string, Figure>>;
  /** What else there is to say. */
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

/** What one run of a contender gives. */
export interface Sample {
  readonly value: number;
  /** What else was measured, named with its unit. */
  readonly also?: Readonly<Record<string, number>>;
}

/**
 * Runs every contender once per round, so that what the machine does meanwhile meets all of them alike.
 * Returns what each gave, by name, in the order of the contenders.
 */
export async function roundRobin<Given>(
  contenders: Readonly<Record<string, () => Promise<Given>>>,
  rounds: number,
): Promise<ReadonlyMap<string, readonly Given[]>> {
  const given = new Map<string, Given[]>(Object.keys(contenders).map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, run] of Object.entries(contenders)) given.get(name)?.push(await run());
  }
  return given;
}

/** The rows of contenders that were run in turns; each is compared with each baseline. */
export function rowsOf(samples: ReadonlyMap<string, readonly Sample[]>, baselines: readonly string[]): readonly Row[] {
  return [...samples].map(([name, runs]) => {
    const further = Object.keys(runs[0]?.also ?? {});
    const also = further.map((what) => [what, figureOf(runs.map((run) => run.also?.[what] ?? Number.NaN))] as const);
    const figure = figureOf(runs.map(({ value }) => value));
    return { name, figure, also: Object.fromEntries(also), against: baselines.filter((baseline) => baseline !== name) };
  });
}
