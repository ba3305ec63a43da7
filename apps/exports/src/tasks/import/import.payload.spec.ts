import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { payloadSchema } from '../../../spec/payload-schema.js';
import { ImportPayload } from './import.payload.js';

describe('ImportPayload', () => {
  const isRight = new Ajv2020({ strict: false }).compile(payloadSchema(ImportPayload));

  it('takes rows with numbers that are as they were written, and others as texts', () => {
    const rows = [
      { id: 2 ** 53 - 1, price: 1.5, name: 'Zoë', note: null, extra: { a: [1] } },
      { id: '12345678901234567890' },
    ];
    expect(isRight({ dataset: 'copies', rows })).toBe(true);
  });

  it('refuses a number that may have been another one before it was read, naming its place', () => {
    expect(isRight({ dataset: 'copies', rows: [{ id: 1 }, { id: 2 ** 53 }] })).toBe(false);
    expect(isRight.errors).toEqual([expect.objectContaining({ instancePath: '/rows/1/id' })]);
  });
});
