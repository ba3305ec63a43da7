import { createHash } from 'node:crypto';
import { stringify } from 'uuid';

const TIME_BYTES = 6;
const VERSION_7 = 0x70;
const VARIANT = 0x80;

/**
 * The id of the job of a tick: the same whoever computes it, so that a tick cannot have two jobs. It is a UUIDv7 whose time
 * is the tick's, and whose random part is a hash of schedule and tick.
 */
export function tickJobId(scheduleId: string, tick: Date): string {
  const bytes = createHash('sha256').update(`${scheduleId}\n${tick.toISOString()}`).digest().subarray(0, 16);
  bytes.writeUIntBE(tick.getTime(), 0, TIME_BYTES);
  bytes.writeUInt8(VERSION_7 | (bytes.readUInt8(6) & 0x0f), 6);
  bytes.writeUInt8(VARIANT | (bytes.readUInt8(8) & 0x3f), 8);
  return stringify(bytes);
}
