import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

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

  #notes(): { job: string; word: string }[] {
    if (!existsSync(this.file)) return [];
    const lines = readFileSync(this.file, 'utf8').split('\n').filter(Boolean);
    return lines.map((line) => {
      const [job = '', , word = ''] = line.split(' ');
      return { job, word };
    });
  }
}
