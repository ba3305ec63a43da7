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
    ['timestamp', '2026-01-01T00:30+02:00', "TIMESTAMP'2025-12-31 22:30:00'"],
    ['timestamp', '2026-01-01T00:30:00.1234567-0530', "TIMESTAMP'2026-01-01 06:00:00.123456'"],
    ['timestamp', '2026-01-01T00:30:00+02', "TIMESTAMP'2025-12-31 22:30:00'"],
  ] as const)('writes %s %s as %s', (type, stored, literal) => {
    expect(mysqlLiteral(type, stored)).toBe(literal);
  });

  it('writes no value as NULL', () => {
    expect(mysqlLiteral('text', null)).toBe('NULL');
  });
});
