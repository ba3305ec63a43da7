import { createHash } from 'node:crypto';
import { isRecord } from '#libs/contracts';

/** Tells versions of a task apart: 16 hexadecimal digits that are the same for the same schema and defaults. */
export function taskHash(schema: unknown, defaults: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(ordered({ schema, defaults })))
    .digest('hex')
    .slice(0, 16);
}

function ordered(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(ordered);
  if (!isRecord(json)) return json;
  const entries = Object.entries(json).map(([key, value]) => [key, ordered(value)] as const);
  return Object.fromEntries(entries.sort(([left], [right]) => (left < right ? -1 : 1)));
}
