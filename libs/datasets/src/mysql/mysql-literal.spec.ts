import { describe, expect, it } from '@jest/globals';
import { mysqlLiteral } from './mysql-literal.js';

describe('mysqlLiteral', () => {
  it.each([
    ['text', 'Zoë', "'Zoë'"],
    ['text', "'; drop table x -- ", "_utf8mb4 X'273b2064726f70207461626c652078202d2d20'"],
    ['text', '\\', "_utf8mb4 X'5c'"],
    ['integer', '-12', '-12'],
    ['integer', '1; drop table x', "'1; drop table x'"],
    ['float', '1e-3', '1e-3'],
    ['boolean', 'true', 'TRUE'],
    ['date', '2026-01-31', "DATE'2026-01-31'"],
    ['timestamp', '2026-01-31T12:00:00Z', "TIMESTAMP'2026-01-31 12:00:00'"],
    ['timestamp', '2026-01-01T06:00:00.1234567Z', "TIMESTAMP'2026-01-01 06:00:00.123456'"],
    ['timestamp', "2026-01-01T06:00:00Z'", "_utf8mb4 X'323032362d30312d30315430363a30303a30305a27'"],
  ] as const)('writes %s %s as %s', (type, stored, literal) => {
    expect(mysqlLiteral(type, stored)).toBe(literal);
  });

  it('writes no value as NULL', () => {
    expect(mysqlLiteral('text', null)).toBe('NULL');
  });
});
