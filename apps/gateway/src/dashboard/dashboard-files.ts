import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** Where the build puts it, seen from this file when it is built. */
const BUILT = fileURLToPath(new URL('../../../dashboard/site/', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** A file of the dashboard, as it is and compressed. */
export interface DashboardFile {
  readonly type: string;
  readonly content: Buffer;
  readonly compressed: Buffer;
}

/** The files of the built dashboard, read once and kept: they are few, and change only with the gateway. */
export class DashboardFiles {
  readonly #folder: string;
  #files: Promise<ReadonlyMap<string, DashboardFile>> | undefined;

  constructor(folder = BUILT) {
    this.#folder = folder;
  }

  /** A file by its path below the site; undefined when there is none, or nothing is built. */
  async find(path: string): Promise<DashboardFile | undefined> {
    this.#files ??= readAll(this.#folder);
    return (await this.#files).get(path);
  }
}

async function readAll(folder: string): Promise<ReadonlyMap<string, DashboardFile>> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const served = names.filter((name) => Object.hasOwn(TYPES, extname(name)));
  const entries = served.map(async (name) => [name, await readOne(join(folder, name))] as const);
  return new Map(await Promise.all(entries));
}

async function readOne(path: string): Promise<DashboardFile> {
  const content = await readFile(path);
  return { type: TYPES[extname(path)] ?? '', content, compressed: await promisify(gzip)(content) };
}
