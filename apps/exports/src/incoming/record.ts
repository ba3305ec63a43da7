/** One record of a source. */
export interface IncomingRecord {
  /** Where it ends in the source, from 1; of `rows` their number. */
  readonly line: number;
  /** The names of its fields, and their values in the same order. */
  readonly names: readonly string[];
  readonly values: readonly unknown[];
  /** Its values are those of JSON; else texts for columns of whatever type. */
  readonly isJson: boolean;
}

/** A part of a source that is no record. */
export interface BrokenRecord {
  readonly line: number;
  readonly reason: string;
  readonly content: string;
}

export type Incoming = IncomingRecord | BrokenRecord;

/** Records that follow each other in a source, in portions: to wait for each of them would cost more than to read it. */
export type IncomingPortions = AsyncIterable<readonly Incoming[]>;

/** The most characters of a record. */
export const LONGEST_RECORD = 1_048_576;
/** What is shown of a record that is none. */
export const SHOWN_CHARACTERS = 1_000;
