import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { testEnvironment } from './test-environment.js';

/** An object got a shape of its own, became a prototype, or became a dictionary. */
const MADE = new Set(['Transition', 'Normalize', 'NormalizeCached', 'SlowToFast']);

/** What has got shapes of its own. */
interface Shapes {
  count: number;
  /** Lines and columns of built files, which the log does not name. Of code that V8 has compiled it is `0:0`. */
  readonly places: Set<string>;
}

/** The shapes of objects ("maps", "hidden classes") that V8 makes in processes (decision 42). */
export class ShapeLog {
  readonly #folder: string;
  /** How much there was of each file when the count began. */
  readonly #before = new Map<string, number>();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async make(): Promise<ShapeLog> {
    return new ShapeLog(await mkdtemp(join(testEnvironment().folder, 'shapes-')));
  }

  /** What Node has to be told to write the log. */
  get flags(): readonly string[] {
    return ['--log-maps', '--no-log-maps-details', `--logfile=${join(this.#folder, '%p.log')}`];
  }

  /** Counts from now on: what a program makes while it starts is no matter. */
  async begin(): Promise<void> {
    for (const file of await readdir(this.#folder)) {
      this.#before.set(file, (await stat(join(this.#folder, file))).size);
    }
  }

  /**
   * What so many objects or more have got, in words, by process. Complete only when the processes have ended.
   * @throws Error when there are not so many logs, or one in which nothing is
   */
  async madeBy(processes: number, objects: number): Promise<readonly string[]> {
    const files = await readdir(this.#folder);
    if (files.length !== processes) throw new Error(`Expected ${processes} logs of shapes, found ${files.length}.`);
    const found = await Promise.all(files.map((file) => this.#madeIn(file)));
    return found.flatMap((ofFile) =>
      [...ofFile]
        .filter(([, { count }]) => count >= objects)
        .map(([what, { count, places }]) => `${what} ${count} times at ${[...places].join(', ')}`),
    );
  }

  async discard(): Promise<void> {
    await rm(this.#folder, { recursive: true });
  }

  async #madeIn(file: string): Promise<Map<string, Shapes>> {
    const made = new Map<string, Shapes>();
    const input = createReadStream(join(this.#folder, file), { start: this.#before.get(file) ?? 0 });
    for await (const line of createInterface(input)) {
      const [word, kind = '', , , , , row, column, , name] = line.split(',');
      if (word !== 'map' || !MADE.has(kind)) continue;
      const what = `${kind} ${name}`;
      const shapes = made.get(what) ?? { count: 0, places: new Set() };
      shapes.count += 1;
      shapes.places.add(`${row}:${column}`);
      made.set(what, shapes);
    }
    if (made.size === 0) throw new Error(`Expected the log of shapes ${file} to have some.`);
    return made;
  }
}
