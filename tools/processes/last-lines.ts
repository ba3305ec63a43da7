import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const LONGEST_TAIL_BYTES = 16_384;

/** The last lines of a log file, indented for a message; empty when there is no such file. */
export function lastLines(path: string, count = 15): string {
  try {
    const lines = readEnd(path).trimEnd().split('\n').slice(-count);
    return lines.map((line) => `  ${line}`).join('\n');
  } catch {
    return '';
  }
}

function readEnd(path: string): string {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const length = Math.min(size, LONGEST_TAIL_BYTES);
    const buffer = Buffer.alloc(length);
    readSync(file, buffer, 0, length, size - length);
    return buffer.toString('utf8');
  } finally {
    closeSync(file);
  }
}
