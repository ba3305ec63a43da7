import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { testEnvironment } from './test-environment.js';

/** An object got a shape that no object had: a new name, or it became a prototype, or too odd to share one. */
const MADE = new Set(['Transition', 'Normalize', 'NormalizeCached', 'SlowToFast']);

/**
 * The shapes of objects ("maps", "hidden classes") that V8 makes in processes. One for each job is a fault: it costs some µs, is never
 * collected with the young objects, and keeps alive what hangs on it, so that each collection copies far more than is in use.
 */
export class ShapeLog {
  private constructor(private readonly folder: string) {}

  static async make(): Promise<ShapeLog> {
    return new ShapeLog(await mkdtemp(join(testEnvironment().folder, 'shapes-')));
  }

  /** What Node has to be told to write the log. */
  get flags(): readonly string[] {
    return ['--log-maps', '--no-log-maps-details', `--logfile=${join(this.folder, '%p.log')}`];
  }

  /**
   * The places of programs that have made so many shapes or more, each as `kind line:column name`, by built file. Complete only when
   * the processes have ended.
   */
  async places(shapes: number): Promise<readonly string[]> {
    const files = await readdir(this.folder);
    const counts = await Promise.all(files.map((file) => this.#countIn(file)));
    return counts.flatMap((ofFile) => [...ofFile].flatMap(([place, count]) => (count < shapes ? [] : [place])));
  }

  async discard(): Promise<void> {
    await rm(this.folder, { recursive: true });
  }

  async #countIn(file: string): Promise<Map<string, number>> {
    const counts = new Map<string, number>();
    for await (const line of createInterface(createReadStream(join(this.folder, file)))) {
      const [word, kind = '', , , , , row, column, , name] = line.split(',');
      if (word !== 'map' || !MADE.has(kind)) continue;
      const place = `${kind} ${row}:${column} ${name}`;
      counts.set(place, (counts.get(place) ?? 0) + 1);
    }
    return counts;
  }
}
