import { LIMITS } from '#libs/contracts';

/** A call may have 32 MiB; less is held in memory at a time. */
const PORTION_CHARACTERS = 8 * 1024 * 1024;

/** Values as NDJSON, in portions that each fit one batch call. */
export async function* portionsOf(values: AsyncIterable<unknown> | Iterable<unknown>): AsyncGenerator<string, void> {
  let lines: string[] = [];
  let characters = 0;
  for await (const value of values) {
    const line = JSON.stringify(value);
    const isFull = lines.length === LIMITS.batchJobs || characters + line.length > PORTION_CHARACTERS;
    if (isFull && lines.length > 0) {
      yield lines.join('\n');
      lines = [];
      characters = 0;
    }
    lines.push(line);
    characters += line.length;
  }
  if (lines.length > 0) yield lines.join('\n');
}
