import { describe, expect, it } from '@jest/globals';
import { decodedText } from './decoded-text.js';

const LONG = 'plain text\n'.repeat(9_000);

async function decoded(content: Buffer, chunkBytes = 65_536): Promise<string> {
  async function* chunks(): AsyncGenerator<Buffer> {
    for (let at = 0; at < content.length; at += chunkBytes) yield content.subarray(at, at + chunkBytes);
  }
  let text = '';
  for await (const piece of decodedText(chunks())) text += piece;
  return text;
}

describe('decodedText', () => {
  it.each<[string, Buffer, string]>([
    [
      'Windows-1252 of which the first sign beyond ASCII comes late',
      Buffer.from(`${LONG}Müller\n`, 'latin1'),
      `${LONG}Müller\n`,
    ],
    ['Windows-1252 that ends with such a sign', Buffer.from('id,name\n1,Café', 'latin1'), 'id,name\n1,Café'],
    ['UTF-8 of which the first sign beyond ASCII comes late', Buffer.from(`${LONG}Müller €\n`), `${LONG}Müller €\n`],
    ['UTF-8 with a mark', Buffer.from('\uFEFFMüller'), 'Müller'],
    ['UTF-16 without a mark', Buffer.from('id,name\n1,Żółć\n', 'utf16le'), 'id,name\n1,Żółć\n'],
    ['UTF-16 the other way round', Buffer.from('id,name\n1,Żółć\n', 'utf16le').swap16(), 'id,name\n1,Żółć\n'],
    ['a text of U+0000 and letters', Buffer.from('{"a\0":1}'), '{"a\0":1}'],
    ['two letters', Buffer.from('é'), 'é'],
    ['nothing', Buffer.of(), ''],
  ])('reads %s', async (_what, content, text) => {
    expect(await decoded(content)).toBe(text);
    expect(await decoded(content, 3)).toBe(text);
  });

  it('ends at a sign that is wrong after right ones', async () => {
    const content = Buffer.concat([Buffer.from(`ü\n${LONG}`), Buffer.from('Müller\n', 'latin1')]);
    await expect(decoded(content)).rejects.toMatchObject({ code: 'bad_encoding' });
  });

  it('makes nothing else of right signs because a wrong one is near', async () => {
    const content = Buffer.concat([Buffer.from('1,Müller\n'), Buffer.from('2,Café\n', 'latin1')]);
    await expect(decoded(content)).rejects.toMatchObject({ code: 'bad_encoding' });
    await expect(decoded(content, 3)).rejects.toMatchObject({ code: 'bad_encoding' });
  });

  it('reads objects of JSON as UTF-8 alone', async () => {
    const content = Buffer.concat([Buffer.from('{"name":"Café"}\n', 'latin1'), Buffer.from('{"name":"Müller"}\n')]);
    await expect(decoded(content)).rejects.toMatchObject({ code: 'bad_encoding' });
  });
});
