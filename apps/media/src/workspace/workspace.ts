import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** More bytes came than a file may have. */
export class TooManyBytes extends Error {
  constructor(readonly maxBytes: number) {
    super(`More than ${String(maxBytes)} bytes`);
    this.name = 'TooManyBytes';
  }
}

/** The private folder of one run. */
export class Workspace {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Where a file of this name lies; names are the app's own, never a user's. */
  path(name: string): string {
    return join(this.#folder, name);
  }

  /** The name of a file that lies here. */
  nameOf(path: string): string {
    return relative(this.#folder, path);
  }

  /**
   * Writes what comes to a file.
   * @returns the number of bytes
   * @throws TooManyBytes as soon as they are more than allowed; the stream's own error, or the signal's
   */
  async receive(name: string, content: Readable, maxBytes: number, signal: AbortSignal): Promise<number> {
    let bytes = 0;
    const counted = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
      for await (const chunk of chunks) {
        bytes += chunk.length;
        if (bytes > maxBytes) throw new TooManyBytes(maxBytes);
        yield chunk;
      }
    };
    await pipeline(content, counted, createWriteStream(this.path(name), { flags: 'wx', mode: 0o600 }), { signal });
    return bytes;
  }

  /** Removes the folder and everything in it. */
  remove(): Promise<void> {
    return rm(this.#folder, { recursive: true, force: true });
  }
}
