import { describe, expect, it } from '@jest/globals';
import { PdfPages } from './pdf-pages.js';
import { TextBlock } from './text-block.js';

/** Pages that count the letters which are laid out to be measured. */
class CountingPages extends PdfPages {
  measured = 0;

  override widthOfString(text: string, options?: PDFKit.Mixins.TextOptions): number {
    this.measured += text.length;
    return super.widthOfString(text, options);
  }
}

const REPEATED = 2_000;
const TEXTS = [
  { script: 'Arabic', text: 'مرحبا بالعالم ' },
  { script: 'Arabic without spaces', text: 'مرحبابالعالم' },
  { script: 'Devanagari', text: 'नमस्ते दुनिया ' },
  { script: 'Devanagari without spaces', text: 'नमस्तेदुनिया' },
  { script: 'Thai', text: 'ประเทศไทยมีกรุงเทพมหานครเป็นเมืองหลวง' },
].map(({ script, text }) => ({ script, text: text.repeat(REPEATED) }));

describe('a block of text', () => {
  it.each(TEXTS)('measures no more of a long text in $script than it draws', ({ text }) => {
    const pages = new CountingPages({ autoFirstPage: false });
    const lines = new TextBlock(pages, 'plain', 8).lines(text, 200, 12);
    expect(lines).toHaveLength(12);
    const drawn = lines.join('').length;
    expect(pages.measured).toBeLessThan(4 * drawn);
  });

  it.each(TEXTS)('measures no more of a long text in $script than has room in a line', ({ text }) => {
    const pages = new CountingPages({ autoFirstPage: false });
    const block = new TextBlock(pages, 'plain', 8);
    expect(block.widthUpTo(text, 200)).toBe(200);
    expect(block.lines(text, 200, 1)).toHaveLength(1);
    expect(pages.measured).toBeLessThan(2_000);
  });

  it.each([
    { text: `foo${' '.repeat(1_600)}bar`, width: 100, most: 12, lines: ['foo', 'bar'] },
    { text: `${' '.repeat(400)}bar`, width: 24, most: 12, lines: ['bar'] },
    { text: `${' '.repeat(140)}bar`, width: 100, most: 1, lines: ['bar'] },
    { text: `${'\t'.repeat(140)}bar`, width: 100, most: 1, lines: ['bar'] },
    { text: `${'\u200B'.repeat(400)}bar`, width: 24, most: 12, lines: ['bar'] },
    { text: `foo${' \u200B'.repeat(1_000_000)}bar`, width: 100, most: 2, lines: ['foo', 'bar'] },
    { text: `foo${' '.repeat(400)}`, width: 100, most: 1, lines: ['foo'] },
    { text: `a${' '.repeat(130)}`.repeat(12), width: 100, most: 12, lines: Array<string>(12).fill('a') },
  ])('loses no text behind what takes no room: $lines in $width, $most', ({ text, width, most, lines }) => {
    const block = new TextBlock(new PdfPages({ autoFirstPage: false }), 'plain', 8);
    expect(block.lines(text, width, most)).toEqual(lines);
  });

  it('measures what stands behind signs that are not drawn', () => {
    const block = new TextBlock(new PdfPages({ autoFirstPage: false }), 'plain', 8);
    expect(block.widthUpTo(`${'\u200B'.repeat(400)}bar`, 24)).toBe(block.widthOf('bar'));
  });

  it('says of a text that goes on behind what was looked at that it does', () => {
    const block = new TextBlock(new PdfPages({ autoFirstPage: false }), 'plain', 8);
    const marked = `a${'\u0301'.repeat(10_000)}`;
    expect(block.lines(`${marked} end`, 100, 2).join('')).toMatch(/…$/);
    expect(block.lines(`short${' '.repeat(10_000)}`, 100, 2).join('')).toBe('short');
  });
});
