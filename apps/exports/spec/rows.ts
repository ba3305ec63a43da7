import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { type Row, type ValueType } from '#libs/datasets';
import { type FileFormat, type Layout } from '../src/formats/layout.js';

/** A layout for programs, with columns by their titles. */
export function layoutOf(columns: Readonly<Record<string, ValueType>>, changes: Partial<Layout> = {}): Layout {
  return {
    title: 'people',
    columns: Object.entries(columns).map(([title, type], at) => ({ at, name: title, title, type })),
    locale: null,
    timezone: 'UTC',
    csv: { delimiter: ',', bom: false, header: true },
    ...changes,
  };
}

/** The file of some batches of rows. */
export async function fileOf(
  format: FileFormat,
  batches: readonly (readonly Row[])[],
  layout: Layout,
): Promise<Buffer> {
  return buffer(Readable.from(format(inTurn(batches), layout)));
}

async function* inTurn(batches: readonly (readonly Row[])[]): AsyncGenerator<readonly Row[]> {
  yield* batches;
}
