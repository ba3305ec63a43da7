import { type Row, type ValueType } from '#libs/datasets';

/** A column of a file. */
export interface FileColumn {
  /** Its place in the rows. */
  readonly at: number;
  readonly name: string;
  readonly title: string;
  readonly type: ValueType;
}

/** In which forms values are written. */
export interface Forms {
  /** BCP 47; null: forms that programs read. */
  readonly locale: string | null;
  /** IANA name of the zone that moments are shown in. */
  readonly timezone: string;
}

/** How a file is laid out, whatever its format. Plain data: it crosses threads. */
export interface Layout extends Forms {
  readonly title: string;
  readonly columns: readonly FileColumn[];
  readonly csv: {
    readonly delimiter: string;
    readonly bom: boolean;
    readonly header: boolean;
  };
}

/** Turns rows into the bytes of a file, a batch at a time: it asks for no more rows than it has room for. */
export type FileFormat = (batches: AsyncIterable<readonly Row[]>, layout: Layout) => AsyncIterable<Uint8Array>;

const NUMERIC: ReadonlySet<ValueType> = new Set(['integer', 'decimal', 'float']);

/** True for types whose values stand at the right. */
export function isNumeric(type: ValueType): boolean {
  return NUMERIC.has(type);
}
