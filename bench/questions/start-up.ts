import { type BenchSuite } from '../bench-suite.js';
import { type Question, type Row } from '../question.js';
import { figureOf } from '../statistics.js';
import { residentMib } from '../usage.js';

/** From the start of a process to its word that it is ready, on a broker that has the topology or not. */
export const readiness: Question = {
  title: 'Ready after the start of the process, once each',
  unit: 'ms',
  better: 'less',
  ask: (suite) => Promise.resolve(rowsOf(suite, ({ readyMs }) => readyMs)),
};

/** The main process alone, before it has worked. */
export const idleMemory: Question = {
  title: 'Resident memory of the main process when idle',
  unit: 'MiB',
  better: 'less',
  ask: (suite) => Promise.resolve(rowsOf(suite, ({ process }) => residentMib(process.pid))),
};

type Measure = (app: NonNullable<ReturnType<BenchSuite['apps']['get']>>) => number;

function rowsOf(suite: BenchSuite, measure: Measure): Row[] {
  return [...suite.apps].map(([name, app]) => ({ name, figure: figureOf([measure(app)]) }));
}
