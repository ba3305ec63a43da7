import { type Weight } from './fonts.js';
import { type PdfPages } from './pdf-pages.js';
import { breakablePieces, lettersOf } from './text-pieces.js';
import { directionOf, isRightToLeft, REPLACEMENT, runsOf } from './text-runs.js';

const ELLIPSIS = '…';
const SPACE = /^\s+$/;
const BLANKS = /[^\S\r\n\u2028\u2029]{2,}/g;
const LINE_ENDS = /\r\n|[\r\n\u2028\u2029]/;
/** Nothing is drawn for these; of what is ignored elsewhere, those that join letters and that turn them are not ignored here. */
const UNSEEN =
  /[\0-\x08\x0B\x0C\x0E-\x1F\x7F]|[^\P{Default_Ignorable_Code_Point}\u200C\u200D\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;
/** Letters that change with their neighbours. */
const JOINED =
  /[\p{Mark}\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Nko}\p{Script=Syriac}\p{Script=Devanagari}\p{Script=Thai}]/u;
/** Where lines stand upon, below their upper edge, by their size: that of the first font. */
const BASELINE = 0.928;
/** By the size: with what is put to them, the letters of a line are wider than this. */
const NARROWEST_LETTER = 0.1;
/** Longer words are measured letter by letter: to lay one out takes long, and few have room in a line. */
const LONGEST_LAID_OUT = 200;

/** Where lines are drawn; those that are read from right to left begin at the right of what begins at its `start`. */
interface TextPlace {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly align: 'left' | 'right' | 'start';
}

/** Measures and breaks texts of one weight and size. Widths are those of single signs where they can be, so that each is asked for once. */
export class TextBlock {
  readonly #widths = new Map<string, number>();

  constructor(
    private readonly document: PdfPages,
    readonly weight: Weight,
    readonly size: number,
  ) {}

  get lineHeight(): number {
    return this.size * 1.3;
  }

  widthOf(text: string): number {
    if (JOINED.test(text)) return this.#drawnWidth(text);
    let width = 0;
    for (const sign of text) width += this.#signWidth(sign);
    return width;
  }

  /** How wide a text is in one line, as far as `most`. */
  widthUpTo(text: string, most: number): number {
    let width = 0;
    for (const part of this.#parts(this.#beginningOf(this.#seenOf(text, most), most), most)) {
      width += this.widthOf(part);
      if (width >= most) return most;
    }
    return width;
  }

  /** The lines of a text in a width; what does not fit into `most` lines ends with an ellipsis. Of a long text no more is looked at. */
  lines(text: string, width: number, most: number): readonly string[] {
    const lines: string[] = [];
    const seen = this.#seenOf(text, width);
    const beginning = this.#beginningOf(seen, width * most);
    for (const paragraph of beginning.split(LINE_ENDS)) {
      this.#break(paragraph.trimEnd(), width, most + 1 - lines.length, lines);
      if (lines.length > most) break;
    }
    const isWhole = lines.length <= most && seen.slice(beginning.length).trim() === '';
    if (isWhole) return lines;
    const kept = lines.slice(0, most);
    kept.push(this.#cut(kept.pop() ?? '', width));
    return kept;
  }

  /** Draws lines that were broken before. */
  draw(lines: readonly string[], { x, y, width, align }: TextPlace): void {
    for (const [index, line] of lines.entries()) {
      if (line === '') continue;
      const isAtRight = align === 'right' || (align === 'start' && isRightToLeft(line));
      let left = isAtRight ? x + width - this.#drawnWidth(line) : x;
      const baseline = y + index * this.lineHeight + this.size * BASELINE;
      for (const { font, text, replaced } of runsOf(line, this.weight, this.document.fonts)) {
        this.document.font(font).fontSize(this.size);
        this.document.text(text, left, baseline, { lineBreak: false, baseline: 'alphabetic' });
        this.document.replacedSigns += replaced;
        // Where it has come to.
        left = this.document.x;
      }
    }
  }

  #drawnWidth(line: string): number {
    const { document, size } = this;
    const runs = runsOf(line, this.weight, document.fonts);
    return runs.reduce((sum, { font, text }) => sum + document.font(font).fontSize(size).widthOfString(text), 0);
  }

  #break(paragraph: string, width: number, most: number, lines: string[]): void {
    const direction = directionOf(paragraph);
    let line = '';
    let used = 0;
    const end = lines.length + most;
    for (const part of this.#parts(paragraph, width)) {
      const needed = this.widthOf(part);
      if (used + needed > width && line !== '') {
        lines.push(direction + line.trimEnd());
        if (lines.length >= end) return;
        [line, used] = ['', 0];
      }
      if (line === '' && SPACE.test(part)) continue;
      line += part;
      used += needed;
    }
    lines.push(direction + line.trimEnd());
  }

  /** Without what takes no room: signs that are not drawn, and of blanks in a row those that are more than fill a line. */
  #seenOf(text: string, width: number): string {
    const most = this.#mostLetters(width);
    return text
      .replaceAll(UNSEEN, '')
      .replaceAll('\t', '    ')
      .replaceAll(BLANKS, (blanks) => blanks.slice(0, most));
  }

  /** What has room in lines of a width in all: the letters of each, and before them the blanks of a line, which it leaves out. */
  #beginningOf(seen: string, width: number): string {
    return seen.slice(0, 2 * this.#mostLetters(width));
  }

  #mostLetters(width: number): number {
    return Math.ceil(width / (this.size * NARROWEST_LETTER));
  }

  /** The parts of a paragraph, each of which has room in a line: a word that is wider is broken within. */
  *#parts(paragraph: string, width: number): Generator<string> {
    for (const word of breakablePieces(paragraph)) {
      if (word.length <= LONGEST_LAID_OUT && this.widthOf(word) <= width) yield word;
      else yield* this.#broken(word, width);
    }
  }

  *#broken(word: string, width: number): Generator<string> {
    let [part, used] = ['', 0];
    for (const letter of lettersOf(word)) {
      const needed = this.widthOf(letter);
      if (part !== '' && used + needed > width) {
        yield part;
        [part, used] = ['', 0];
      }
      part += letter;
      used += needed;
    }
    yield part;
  }

  #cut(line: string, width: number): string {
    const signs = Array.from(line);
    while (signs.length > 0 && this.widthOf(signs.join('') + ELLIPSIS) > width) signs.pop();
    return signs.join('') + ELLIPSIS;
  }

  #signWidth(sign: string): number {
    const known = this.#widths.get(sign);
    if (known !== undefined) return known;
    const { fonts } = this.document;
    const font = fonts.of(sign, this.weight);
    const shown = font === undefined ? REPLACEMENT : sign;
    const width = this.document
      .font(font ?? fonts.first(this.weight))
      .fontSize(this.size)
      .widthOfString(shown);
    this.#widths.set(sign, width);
    return width;
  }
}
