import { lastLines } from './last-lines.js';
import { LogFile } from './log-file.js';
import { shownLine } from './shown-line.js';

const LINES_SHOWN_AT_ONCE = 5;
const SHOW_AGAIN_AFTER_MS = 10_000;
const LINES_KEPT = 15;

/** Where the lines of a process go. */
export interface LineSink {
  take(line: string): void;
  /** What to quote when the process does not start: where the lines are, and the last of them. */
  ending(): string;
}

/** Writes the lines to a file, and shows those of errors to the person at the terminal. */
export class LogOfProcess implements LineSink {
  private readonly file: LogFile;
  private shownSince = 0;
  private shownLines = 0;

  constructor(
    path: string,
    private readonly say: (text: string) => void,
  ) {
    this.file = new LogFile(path);
  }

  take(line: string): void {
    this.file.write(line);
    this.show(line);
  }

  ending(): string {
    return `The end of its log ${this.file.path}:\n${lastLines(this.file.path)}`;
  }

  /** An app in trouble repeats itself; the log file has every line. */
  private show(line: string): void {
    const text = shownLine(line);
    if (text === undefined) return;
    if (Date.now() - this.shownSince > SHOW_AGAIN_AFTER_MS) [this.shownSince, this.shownLines] = [Date.now(), 0];
    this.shownLines += 1;
    if (this.shownLines <= LINES_SHOWN_AT_ONCE) this.say(text);
    if (this.shownLines === LINES_SHOWN_AT_ONCE) this.say(`… more in ${this.file.path}`);
  }
}

/** Passes the lines on as they are. */
export class PassedLines implements LineSink {
  private last: string[] = [];

  constructor(private readonly out: NodeJS.WritableStream) {}

  take(line: string): void {
    this.out.write(`${line}\n`);
    this.last = [...this.last.slice(1 - LINES_KEPT), line];
  }

  ending(): string {
    return `The last lines that it printed:\n${this.last.map((line) => `  ${line}`).join('\n')}`;
  }
}
