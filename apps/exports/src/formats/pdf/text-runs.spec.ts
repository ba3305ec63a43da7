import { describe, expect, it } from '@jest/globals';
import { PdfPages } from './pdf-pages.js';
import { isRightToLeft, runsOf } from './text-runs.js';

const { fonts } = new PdfPages({ autoFirstPage: false });

/** The texts of a line from left to right, as pdfkit is given them. */
function drawn(line: string): readonly string[] {
  return runsOf(line, 'plain', fonts).map(({ text }) => text);
}

function fontsOf(line: string): readonly string[] {
  return runsOf(line, 'plain', fonts).map(({ font, text }) => `${font}: ${text}`);
}

describe('the runs of a line', () => {
  it('is one where a line is read from left to right and the first font has all of it', () => {
    expect(fontsOf('Zoë, 12.50 €')).toEqual(['first plain: Zoë, 12.50 €']);
  });

  it('begin with the last word of a line that is read from right to left', () => {
    expect(drawn('שלום לכל העולם')).toEqual(['העולם', 'לכל ', 'שלום ']);
  });

  it('keep numbers and foreign words within such a line in their order, and turn its brackets', () => {
    expect(drawn('מחיר 1,234.50 (חדש)')).toEqual([')חדש(', ' ', '1,234.50', 'מחיר ']);
    expect(drawn('אבג big car דהו')).toEqual(['דהו', ' ', 'big ', 'car', 'אבג ']);
  });

  it('turn words that are read from right to left within a line that is not', () => {
    expect(drawn('say שלום עולם twice')).toEqual(['say ', 'עולם', 'שלום ', ' twice']);
  });

  it('write a number with the separators of Arabic from left to right', () => {
    // pdfkit turns it once more.
    expect(drawn('١٬٢٣٤')).toEqual(['٤٣٢٬١']);
  });

  it('are in the fonts that have their letters, marks in that of the letter before', () => {
    expect(fontsOf('a東京 한글 क्षत्रिय ที่')).toEqual([
      'first plain: a',
      'han plain: 東京',
      'first plain:  ',
      'hangul plain: 한글',
      'first plain:  ',
      'devanagari plain: क्षत्रिय',
      'first plain:  ',
      'thai plain: ที่',
    ]);
    expect(fontsOf('क्\u200Dष')).toEqual(['devanagari plain: क्\u200Dष']);
  });

  it('replace what no font has, and count it', () => {
    expect(runsOf('a த𠀋', 'plain', fonts)).toEqual([{ font: 'first plain', text: 'a \uFFFD\uFFFD', replaced: 2 }]);
  });

  it('have none of the signs that only say how others stand', () => {
    expect(drawn('a\u2068b\u2069c\u200E')).toEqual(['abc']);
  });

  it('go by the first letter of a text', () => {
    expect(['שלום abc', '12 שלום', '\u200Fabc', 'abc שלום', '12'].map(isRightToLeft)).toEqual([
      ...[true, true, true, false, false],
    ]);
  });
});
