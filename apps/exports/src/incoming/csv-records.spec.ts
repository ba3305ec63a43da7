import { describe, expect, it } from '@jest/globals';
import { csvRecords } from './csv-records.js';
import { type Incoming } from './record.js';

async function incoming(text: string, pieceLength: number): Promise<readonly Incoming[]> {
  async function* pieces(): AsyncGenerator<string> {
    for (let at = 0; at < text.length; at += pieceLength) yield text.slice(at, at + pieceLength);
  }
  const records: Incoming[] = [];
  for await (const portion of csvRecords(pieces(), text.slice(0, 65_536))) records.push(...portion);
  return records;
}

async function recordsOf(text: string, pieceLength = text.length): Promise<readonly unknown[]> {
  const records = await incoming(text, pieceLength);
  return records.map((record) => ('names' in record ? record.values : record.reason));
}

describe('csvRecords', () => {
  it.each<[string, string, readonly unknown[]]>([
    [
      'lines that end with LF, then CRLF',
      'id,name\n1,a\r\n2,"b\r\nc"\r\n3,d\n',
      [
        ['1', 'a'],
        ['2', 'b\r\nc'],
        ['3', 'd'],
      ],
    ],
    [
      'lines that end with CRLF, then LF',
      'id,name\r\n1,a\n2,b\n',
      [
        ['1', 'a'],
        ['2', 'b'],
      ],
    ],
    [
      'lines that end with CR',
      'id,name\r1,a\r2,b',
      [
        ['1', 'a'],
        ['2', 'b'],
      ],
    ],
    ['a carriage return in a text', 'id,name\n1,a\rb\n', [['1', 'a\rb']]],
    ['empty lines before the titles', '\r\n\r\nid;name\r\n1;a\r\n', [['1', 'a']]],
    ['a delimiter that is named', 'sep=|\nid,x|name\n1|a\n', [['1', 'a']]],
    [
      'quotation marks in a text',
      'id,name\n301,3.5" disk, \n302,"""w"" z"\n',
      ['has 3 fields, where the first line has 2', ['302', '"w" z']],
    ],
    [
      'a quotation mark for inches',
      'id,name\n301,3.5" disk\n302,b\n',
      [
        ['301', '3.5" disk'],
        ['302', 'b'],
      ],
    ],
    [
      'a quotation that goes on',
      'id,name\n1,"a"b\r\n2,b\n',
      ['has a quotation that goes on behind its end', ['2', 'b']],
    ],
    [
      'a quotation that ends late',
      'id,name\n1,"a\n2,b\n3,"c"\n4,d\n',
      ['has a quotation that goes on behind its end', ['4', 'd']],
    ],
    ['a long record', `id,name\n1,${'x'.repeat(1_100_000)}\n2,b\n`, ['is longer than 1048576 characters', ['2', 'b']]],
  ])('reads %s', async (_what, text, records) => {
    expect(await recordsOf(text)).toEqual(records);
    expect(await recordsOf(text, text.length > 1_000 ? 65_536 : 1)).toEqual(records);
  });

  it.each([1, 5, 16, 100])('gives a broken record as it is written, in pieces of %i letters', async (length) => {
    const text = 'id,name\r\n1,"ä"\r\n\r\n2,"ö"x\r\n3,c\r\n4,"ü\r\n""y"z\r\n5,e\r\n6,"f"g';
    const records = await incoming(text, length);
    expect(records.flatMap((record) => ('content' in record ? [record.content] : []))).toEqual([
      ...['2,"ö"x', '4,"ü\r\n""y"z', '6,"f"g'],
    ]);
  });

  it.each([
    ['that does not end', 'id,name\n1,"a\n2,b\n'],
    ['of which no end is in sight', `id,name\n1,"a\n${'2,b\n'.repeat(3_000_000)}`],
    ['in the titles that goes on', 'id,"na"me\n1,a\n'],
  ])('ends at a quotation %s', async (_what, text) => {
    await expect(recordsOf(text, 65_536)).rejects.toMatchObject({ code: 'bad_source' });
  });
});
