import { CsvError, type Options, Parser } from 'csv-parse';
import { PermanentError } from '#libs/consumer';

/** A record of a CSV. */
export interface ParsedRecord {
  readonly fields: readonly string[];
  /** The line in which it ends, from 1. */
  readonly line: number;
  /** Where it is written: from one byte of the text to another. */
  readonly from: number;
  readonly to: number;
}

/** Parses a CSV piece by piece, and gives all records that end in a piece at once: to read them one by one would cost as much again. */
export class RecordParser extends Parser {
  #records: ParsedRecord[] = [];
  /** Where the latest record ends. */
  #end = 0;
  /** What was given since the end of the latest record of the pieces before. */
  #given: Buffer[] = [];
  #givenFrom = 0;

  constructor(options: Options) {
    super(options);
    // Whoever gives it something hears of an error.
    this.on('error', () => undefined);
  }

  /** The records that end in the next piece. @throws PermanentError `bad_source` */
  async parse(piece: string): Promise<readonly ParsedRecord[]> {
    const bytes = Buffer.from(piece);
    this.#forget();
    this.#given.push(bytes);
    return this.#parsed((done) => this.write(bytes, done));
  }

  /** The record that nothing ends but the end of the text. @throws PermanentError `bad_source` */
  async finish(): Promise<readonly ParsedRecord[]> {
    return this.#parsed((done) => this.end(done));
  }

  /** How a record of the latest piece is written. */
  written({ from, to }: ParsedRecord): string {
    if (this.#given.length > 1) this.#given = [Buffer.concat(this.#given)];
    return this.#given[0]?.toString('utf8', from - this.#givenFrom, to - this.#givenFrom) ?? '';
  }

  /** What a parser would leave to be read. */
  override push(fields: string[] | null): boolean {
    if (fields === null) return super.push(null);
    const { lines: line, bytes: to } = this.info;
    this.#records.push({ fields, line, from: this.#end, to });
    this.#end = to;
    return true;
  }

  /** Lets go of what is written up to the end of the latest record. */
  #forget(): void {
    let over = this.#end - this.#givenFrom;
    this.#givenFrom = this.#end;
    while (over > 0) {
      const [first, ...others] = this.#given;
      if (first === undefined) return;
      this.#given = over < first.length ? [first.subarray(over), ...others] : others;
      over -= first.length;
    }
  }

  async #parsed(give: (done: (error?: Error | null) => void) => void): Promise<readonly ParsedRecord[]> {
    try {
      await new Promise<void>((resolve, reject) => give((error) => (error == null ? resolve() : reject(error))));
    } catch (error) {
      if (!(error instanceof CsvError)) throw error;
      throw new PermanentError('bad_source', `The source is no CSV: ${error.message}.`, { cause: error });
    }
    const records = this.#records;
    this.#records = [];
    return records;
  }
}
