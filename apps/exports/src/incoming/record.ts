/** One record of a source, by the names of its fields. */
export interface IncomingRecord {
  /** Where it ends in the source, from 1; of `rows` their number. */
  readonly line: number;
  readonly fields: ReadonlyMap<string, unknown>;
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

/** The most characters of a record. */
export const LONGEST_RECORD = 1_048_576;
/** What is shown of a record that is none. */
export const SHOWN_CHARACTERS = 1_000;
