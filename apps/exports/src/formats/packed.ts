import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import yazl from 'yazl';

/** How a file is packed. */
export type Packing = 'gzip' | 'zip';

/** The bytes of a file, packed as they come. */
export function packed(
  content: AsyncIterable<Uint8Array>,
  packing: Packing,
  filename: string,
): AsyncIterable<Uint8Array> {
  const source = Readable.from(content, { objectMode: false });
  if (packing === 'gzip') return source.compose(createGzip()) as AsyncIterable<Uint8Array>;
  const zip = new yazl.ZipFile();
  zip.addReadStream(source, filename);
  zip.end();
  return failingWith(zip, source);
}

/** The bytes of an archive; an error of what is put into it is an error of the archive. */
export function failingWith(zip: yazl.ZipFile, ...sources: readonly Readable[]): AsyncIterable<Uint8Array> {
  const output = zip.outputStream as Readable;
  const fail = (error: unknown): void => {
    output.destroy(error as Error);
  };
  for (const source of sources) source.once('error', fail);
  zip.on('error', fail);
  return output as AsyncIterable<Uint8Array>;
}
