import { describe, expect, it } from '@jest/globals';
import { type FieldPacket } from 'mysql2';
import { type ValueType } from '../catalog.js';
import { cellReader } from './mysql-cells.js';

/** A column of the type BIT, as the protocol describes it. */
const BITS = { columnType: 16, characterSet: 63 } as FieldPacket;

describe('cellReader', () => {
  it.each<[ValueType, readonly number[], string]>([
    ['integer', [0x01, 0x05], '261'],
    ['integer', [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], '18446744073709551615'],
    ['boolean', [0x01], 'true'],
    ['text', [0x01, 0x05], '\\x0105'],
  ])('reads bits of a column of %s: %j', (type, bytes, cell) => {
    expect(cellReader(BITS, type)(Buffer.from(bytes))).toBe(cell);
  });
});
