import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The beginning of one execution. */
export interface Beginning {
  readonly run: number;
  readonly at: number;
}

interface Note extends Beginning {
  readonly job: string;
  readonly word: string;
}

/** A file in which scripted jobs note every execution: what happened, seen from outside of the suite. */
export class Witness {
  readonly file: string;

  constructor(folder: string, name: string) {
    this.file = join(folder, `${name}.witness`);
  }

  /** How often handlers began, for each job that was begun at all. */
  executions(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const { job, word } of this.#notes()) if (word === 'begin') counts.set(job, (counts.get(job) ?? 0) + 1);
    return counts;
  }

  /** The jobs whose handlers came to their end. */
  ended(): ReadonlySet<string> {
    return new Set(this.#notes().flatMap(({ job, word }) => (word === 'end' ? [job] : [])));
  }

  /** Executions of all jobs together. */
  get total(): number {
    return this.#notes().filter(({ word }) => word === 'begin').length;
  }

  /** Every beginning of every job: its run and when it was, in milliseconds since 1970. */
  beginnings(): ReadonlyMap<string, readonly Beginning[]> {
    const found = new Map<string, Beginning[]>();
    for (const { job, word, run, at } of this.#notes()) {
      if (word === 'begin') found.set(job, [...(found.get(job) ?? []), { run, at }]);
    }
    return found;
  }

  #notes(): Note[] {
    if (!existsSync(this.file)) return [];
    const lines = readFileSync(this.file, 'utf8').split('\n').filter(Boolean);
    return lines.map((line) => {
      const [job = '', run, word = '', at] = line.split(' ');
      return { job, run: Number(run), word, at: Number(at) };
    });
  }
}
