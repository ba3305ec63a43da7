import { describe, expect, it } from '@jest/globals';
import { fileOf, layoutOf } from '../../spec/rows.js';
import { ndjson } from './ndjson.js';

describe('NDJSON', () => {
  it('writes JSON of several lines on one, with every digit', async () => {
    const cell = '{\r\n  "id": 12345678901234567890,\n  "note": "two\\nlines"\n}';
    const file = await fileOf(ndjson, [[[cell]]], layoutOf({ extra: 'json' }));
    expect(file.toString()).toBe('{"extra":{   "id": 12345678901234567890,   "note": "two\\nlines" }}\n');
  });
});
