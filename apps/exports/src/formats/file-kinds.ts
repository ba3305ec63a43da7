import { type FileFormat } from './layout.js';
import { type Packing } from './packed.js';

export const FORMATS = ['csv', 'ndjson', 'xlsx', 'pdf'] as const;
export type FormatName = (typeof FORMATS)[number];

interface FileKind {
  readonly contentType: string;
  readonly extension: string;
}

const KINDS: Readonly<Record<FormatName, FileKind>> = {
  csv: { contentType: 'text/csv; charset=utf-8', extension: 'csv' },
  ndjson: { contentType: 'application/x-ndjson', extension: 'ndjson' },
  xlsx: { contentType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', extension: 'xlsx' },
  pdf: { contentType: 'application/pdf', extension: 'pdf' },
};

const PACKED: Readonly<Record<Packing, FileKind>> = {
  gzip: { contentType: 'application/gzip', extension: 'gz' },
  zip: { contentType: 'application/zip', extension: 'zip' },
};

/** What a file is called and what it is, packed or not. */
export function describeFile(
  stem: string,
  format: FormatName,
  packing: Packing | null,
): { readonly inner: string; readonly filename: string; readonly contentType: string } {
  const kind = KINDS[format];
  const inner = `${stem}.${kind.extension}`;
  if (packing === null) return { inner, filename: inner, contentType: kind.contentType };
  const { extension, contentType } = PACKED[packing];
  // The name of a gzip file without its end is that of the file in it.
  return { inner, filename: packing === 'gzip' ? `${inner}.${extension}` : `${stem}.${extension}`, contentType };
}

/** Loads what writes a format, and nothing of the others. */
export async function loadFormat(name: FormatName): Promise<FileFormat> {
  switch (name) {
    case 'csv':
      return (await import('./csv.js')).csv;
    case 'ndjson':
      return (await import('./ndjson.js')).ndjson;
    case 'xlsx':
      return (await import('./xlsx/xlsx.js')).xlsx;
    case 'pdf':
      return (await import('./pdf/pdf.js')).pdf;
  }
}
