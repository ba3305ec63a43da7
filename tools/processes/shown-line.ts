const SHOWN_LEVELS: ReadonlySet<unknown> = new Set(['error', 'fatal']);
const LONGEST_SHOWN = 500;

/**
 * What of a line of an app's log is shown at the terminal: the message of an error, and whatever is no log line at all
 * (a crash of the runtime prints such). Undefined for everything else.
 */
export function shownLine(line: string): string | undefined {
  if (line.trim() === '') return undefined;
  const entry = parse(line);
  if (entry === undefined) return line.slice(0, LONGEST_SHOWN);
  if (!SHOWN_LEVELS.has(entry.level)) return undefined;
  const cause = messageOf(entry.error) ?? messageOf(entry.err);
  const parts = [entry.msg, cause === entry.msg ? undefined : cause].filter((part) => typeof part === 'string');
  return parts.join(': ').slice(0, LONGEST_SHOWN);
}

interface LogEntry {
  readonly level?: unknown;
  readonly msg?: unknown;
  readonly error?: unknown;
  readonly err?: unknown;
}

function parse(line: string): LogEntry | undefined {
  try {
    const entry: unknown = JSON.parse(line);
    return typeof entry === 'object' && entry !== null ? entry : undefined;
  } catch {
    return undefined;
  }
}

function messageOf(error: unknown): string | undefined {
  if (typeof error === 'string') return error;
  const message: unknown =
    typeof error === 'object' && error !== null && 'message' in error ? error.message : undefined;
  return typeof message === 'string' ? message : undefined;
}
