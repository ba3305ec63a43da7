import { type Question, type Row } from '../question.js';
import { figureOf } from '../statistics.js';
import { residentMib } from '../usage.js';

/** From the start of a process to its word that it is ready, where broker and database have been used before. */
export const readiness: Question = {
  title: 'Ready after the start of the process',
  unit: 'ms',
  better: 'less',
  ask: async (suite, { runs }) => {
    const rows: Row[] = [];
    for (const name of suite.apps.keys()) {
      const starts: number[] = [];
      for (let run = 0; run < runs; run += 1) starts.push(await suite.restart(name));
      rows.push({ name, figure: figureOf(starts) });
    }
    return rows;
  },
};

/** The main process alone, before it has worked. */
export const idleMemory: Question = {
  title: 'Resident memory of the main process when idle',
  unit: 'MiB',
  better: 'less',
  ask: (suite) =>
    Promise.resolve(
      [...suite.apps].map(([name, { process }]) => ({ name, figure: figureOf([residentMib(process.pid)]) })),
    ),
};
