import { describe, expect, it } from '@jest/globals';
import { type ValueType } from './catalog.js';
import { storedForm } from './value-check.js';

describe('storedForm', () => {
  it.each<[ValueType, string, string]>([
    ['text', ' as it is ', ' as it is '],
    ['integer', ' -42 ', '-42'],
    ['integer', '9223372036854775807', '9223372036854775807'],
    ['decimal', '12.50', '12.50'],
    ['decimal', '-.5', '-.5'],
    ['decimal', '-1.25e-7', '-0.000000125'],
    ['decimal', '1.25E+1', '12.5'],
    ['decimal', '5e21', '5000000000000000000000.'],
    ['float', '1e-3', '1e-3'],
    ['boolean', 'Yes', 'true'],
    ['boolean', '0', 'false'],
    ['date', '2024-02-29', '2024-02-29'],
    ['timestamp', '2026-01-31', '2026-01-31T00:00:00Z'],
    ['timestamp', '2026-01-31 12:30', '2026-01-31T12:30Z'],
    ['timestamp', '2026-01-31T12:30:15.5+02:00', '2026-01-31T10:30:15.5Z'],
    ['timestamp', '2026-01-31t12:30:15.123456789z', '2026-01-31T12:30:15.123456789Z'],
    ['timestamp', '2026-01-01T00:30+02:00', '2025-12-31T22:30:00Z'],
    ['timestamp', '2026-01-01 00:30:00.1234567-0530', '2026-01-01T06:00:00.1234567Z'],
    ['timestamp', '2026-01-01T00:30:00+02', '2025-12-31T22:30:00Z'],
    ['json', '{"a": 1}', '{"a": 1}'],
  ])('takes %s %j', (type, text, stored) => {
    expect(storedForm(type, text)).toBe(stored);
  });

  it.each<[ValueType, string]>([
    ['text', 'a\0b'],
    ['integer', '1.5'],
    ['integer', '9223372036854775808'],
    ['integer', ''],
    ['decimal', '1,5'],
    ['decimal', '.'],
    ['decimal', 'NaN'],
    ['decimal', '1e200'],
    ['decimal', '1e-200'],
    ['float', '1e999'],
    ['boolean', 'perhaps'],
    ['date', '2026-02-29'],
    ['date', '31.01.2026'],
    ['date', '0000-01-01'],
    ['timestamp', '2026-01-31T24:00'],
    ['timestamp', '2026-01-31Z'],
    ['timestamp', '0001-01-01T00:00+01:00'],
    ['timestamp', '9999-12-31T23:59-01:00'],
    ['timestamp', '2026-13-01T00:00Z'],
    ['json', '{a: 1}'],
    ['json', '"\\u0000"'],
  ])('refuses %s %j', (type, text) => {
    expect(storedForm(type, text)).toBeUndefined();
  });
});
