import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { HEAD_BYTES, imageKind } from '../image-pool/image-kind.js';
import { firstBytes } from '../sources/first-bytes.js';

/** The pictures in a folder and those within it, by their first bytes, in the order of their paths. */
export async function pictureFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const pictures: string[] = [];
  for (const file of files.sort()) {
    if (imageKind(await firstBytes(file, HEAD_BYTES)) !== undefined) pictures.push(file);
  }
  return pictures;
}
