import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { HEAD_BYTES, imageKind } from '../image-pool/image-kind.js';
import { firstBytes } from '../sources/first-bytes.js';

/** Hears of a file that is not in the results, and why. */
export type LeaveOut = (file: string, error: unknown) => void;

/** The pictures in a folder and those within it, in the order of their paths. */
export async function pictureFiles(folder: string, leaveOut: LeaveOut): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const pictures: string[] = [];
  for (const file of files.sort()) {
    if (await isPicture(file, leaveOut)) pictures.push(file);
  }
  return pictures;
}

/** True for a picture by its first bytes; a file that cannot be read is left out. */
export async function isPicture(file: string, leaveOut: LeaveOut): Promise<boolean> {
  try {
    return imageKind(await firstBytes(file, HEAD_BYTES)) !== undefined;
  } catch (error) {
    leaveOut(file, error);
    return false;
  }
}
