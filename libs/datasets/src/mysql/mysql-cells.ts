import { type FieldPacket } from 'mysql2';
import { type ValueType } from '../catalog.js';
import { type Cell } from '../row-source.js';

/** Reads the bytes of one column as text in the neutral form of a row. */
export type CellReader = (bytes: Buffer | null) => Cell;

/** The "character set" of what is no text. */
const BINARY = 63;
/** Types by their numbers in the protocol. */
const TIMESTAMP = 7;
const DATETIME = 12;
const VARCHAR = 15;
const BIT = 16;
const JSON_TYPE = 245;
/** Blobs, strings and geometries. */
const FIRST_OF_BYTES = 249;

/** How the values of a result's column are read. MySQL has no booleans: the catalogue says where its numbers are such. */
export function cellReader({ columnType = 0, characterSet }: FieldPacket, type: ValueType | undefined): CellReader {
  if (type === 'boolean') return read((bytes) => booleanOf(bytes.toString('latin1')));
  if (columnType === BIT && type === 'integer') return read((bytes) => String(BigInt(`0x${bytes.toString('hex')}`)));
  if (columnType === DATETIME || columnType === TIMESTAMP)
    return read((bytes) => `${bytes.toString('latin1').replace(' ', 'T')}Z`);
  if (characterSet !== BINARY || columnType === JSON_TYPE) return read((bytes) => bytes.toString('utf8'));
  return holdsBytes(columnType)
    ? read((bytes) => `\\x${bytes.toString('hex')}`)
    : read((bytes) => bytes.toString('latin1'));
}

function holdsBytes(type: number): boolean {
  return type === BIT || type === VARCHAR || type >= FIRST_OF_BYTES;
}

function read(text: (bytes: Buffer) => string): CellReader {
  return (bytes) => (bytes === null ? null : text(bytes));
}

function booleanOf(text: string): string {
  if (text === '1' || text === '\u0001') return 'true';
  return text === '0' || text === '\0' ? 'false' : text;
}
