import { createHash } from 'node:crypto';
import { stringify } from 'uuid';

const TIME_BYTES = 6;
const VERSION_7 = 0x70;
const VARIANT = 0x80;

/** A UUIDv7 that is the same whoever computes it: its time is given, and its random part is a hash of the names. */
export function derivedId(time: Date, ...names: readonly string[]): string {
  const bytes = createHash('sha256').update(names.join('\n')).digest().subarray(0, 16);
  bytes.writeUIntBE(time.getTime(), 0, TIME_BYTES);
  bytes.writeUInt8(VERSION_7 | (bytes.readUInt8(6) & 0x0f), 6);
  bytes.writeUInt8(VARIANT | (bytes.readUInt8(8) & 0x3f), 8);
  return stringify(bytes);
}
