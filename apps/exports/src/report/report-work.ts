import { type BoundSql, type Column, type ReportSection, type Row, type UserDatabase } from '#libs/datasets';
import { type Forms } from '../formats/layout.js';

export const REPORT_FORMATS = ['pdf', 'xlsx', 'csv'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** What a report says of itself. */
export interface ReportHead extends Forms {
  readonly title: string;
  /** The days that it is about, in words. */
  readonly span: string;
  /** The days that it is compared with, in words. */
  readonly previous: string;
}

interface Section extends Pick<ReportSection, 'title' | 'kind'> {
  readonly columns: readonly Column[];
}

/** A report's file, as it is asked of a thread. Plain data. */
export interface ReportWork {
  readonly database: UserDatabase;
  readonly format: ReportFormat;
  readonly head: ReportHead;
  readonly sections: readonly (Section & { readonly query: BoundSql })[];
}

/** A section with its rows, whose cells are in the order of the columns. */
export interface ReportTable extends Section {
  readonly rows: readonly Row[];
}

/** Turns a report into the bytes of a file. */
export type ReportWriter = (head: ReportHead, tables: readonly ReportTable[]) => AsyncIterable<Uint8Array>;
