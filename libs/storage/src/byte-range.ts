import { type ByteRange } from './storage.js';
import { RangeNotSatisfiableError } from './storage-error.js';

/** True for a range that some file could satisfy. */
export function isRange({ start, end }: ByteRange): boolean {
  return Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && start <= end;
}

/** @throws {RangeNotSatisfiableError} for a range that is not wholly inside a file of `size` bytes */
export function assertInside(range: ByteRange, size: number): void {
  if (!isRange(range) || range.end >= size) throw new RangeNotSatisfiableError(range, size);
}
