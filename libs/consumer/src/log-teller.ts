import { clippedText, LIMITS, LOG_LEVELS, type LogLevel, type LogReport, utf8Length } from '#libs/contracts';
import { type JobLog } from './job-context.js';
import { jsonSafe } from './json-safe.js';
import { shownText } from './shown-text.js';

type Line = Pick<LogReport, 'seq' | 'level' | 'message' | 'fields' | 'at'>;

/** The lines of one attempt: the first thousand, and then one that says that there were more. */
export class LogTeller {
  readonly #tell: (line: Line) => void;
  #seq = 0;
  #closed = false;

  constructor(tell: (line: Line) => void) {
    this.#tell = tell;
  }

  get log(): JobLog {
    const entries = LOG_LEVELS.map((level) => {
      const write: JobLog[LogLevel] = (message, fields = {}) => {
        this.#write(level, message, fields);
      };
      return [level, write] as const;
    });
    return Object.fromEntries(entries) as JobLog;
  }

  close(): void {
    this.#closed = true;
  }

  #write(level: LogLevel, message: string, fields: Readonly<Record<string, unknown>>): void {
    if (this.#closed || this.#seq > LIMITS.logLinesPerAttempt) return;
    this.#seq += 1;
    if (this.#seq <= LIMITS.logLinesPerAttempt) this.#send(level, message, fields);
    else this.#send('warn', `More than ${LIMITS.logLinesPerAttempt} lines; the rest of this attempt is dropped`, {});
  }

  #send(level: LogLevel, text: string, fields: Readonly<Record<string, unknown>>): void {
    const message = clippedText(shownText(text), LIMITS.logLine);
    const room = LIMITS.logLine - utf8Length(message);
    const safe = jsonSafe(fields) as Record<string, unknown>;
    const fits = Object.keys(safe).length === 0 || utf8Length(JSON.stringify(safe)) <= room;
    this.#tell({
      seq: this.#seq,
      at: new Date().toISOString(),
      level,
      message,
      fields: fits ? safe : { dropped: `fields: the line is over ${LIMITS.logLine} bytes` },
    });
  }
}
