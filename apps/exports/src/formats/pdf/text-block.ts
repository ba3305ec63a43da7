import type PDFKit from 'pdfkit';
import { type FontName } from './fonts.js';

const ELLIPSIS = '…';
/** Words, and signs of scripts that are written without spaces; each may begin a line. */
const PIECES =
  /[\u2E80-\u9FFF\uAC00-\uD7AF\uF900-\uFAFF\uFF00-\uFFEF]|\s+|[^\s\u2E80-\u9FFF\uAC00-\uD7AF\uF900-\uFAFF\uFF00-\uFFEF]+/g;
const SPACE = /^\s+$/;
const LINE_ENDS = /\r\n|[\r\n\u2028\u2029]/;
/** A font has no sign for these. */
const UNSEEN = /[\0-\x08\x0B\x0C\x0E-\x1F\x7F\uFEFF]/g;

/** Measures and breaks texts of one font and size. Widths are those of single signs, so that each is asked for once. */
export class TextBlock {
  readonly #widths = new Map<string, number>();

  constructor(
    private readonly document: PDFKit.PDFDocument,
    readonly font: FontName,
    readonly size: number,
  ) {}

  get lineHeight(): number {
    return this.size * 1.3;
  }

  widthOf(text: string): number {
    let width = 0;
    for (const sign of text) width += this.#signWidth(sign);
    return width;
  }

  /** The lines of a text in a width; what does not fit into `most` lines ends with an ellipsis. */
  lines(text: string, width: number, most: number): readonly string[] {
    const lines: string[] = [];
    for (const paragraph of text.replaceAll(UNSEEN, '').replaceAll('\t', '    ').split(LINE_ENDS)) {
      this.#break(paragraph, width, most + 1 - lines.length, lines);
      if (lines.length > most) break;
    }
    if (lines.length <= most) return lines;
    const kept = lines.slice(0, most);
    kept[most - 1] = this.#cut(kept[most - 1] ?? '', width);
    return kept;
  }

  /** Draws lines that were broken before. */
  draw(
    lines: readonly string[],
    { x, y, width, align }: { x: number; y: number; width: number; align: 'left' | 'right' },
  ): void {
    this.document.font(this.font).fontSize(this.size);
    for (const [index, line] of lines.entries()) {
      if (line === '') continue;
      const left = align === 'left' ? x : x + width - this.document.widthOfString(line);
      this.document.text(line, left, y + index * this.lineHeight, { lineBreak: false });
    }
  }

  #break(paragraph: string, width: number, most: number, lines: string[]): void {
    let line = '';
    let used = 0;
    const end = lines.length + most;
    const parts = (paragraph.match(PIECES) ?? []).flatMap((piece) => this.#parts(piece, width));
    for (const part of parts) {
      const needed = this.widthOf(part);
      if (used + needed > width && line !== '') {
        lines.push(line.trimEnd());
        if (lines.length >= end) return;
        [line, used] = ['', 0];
      }
      if (line === '' && SPACE.test(part)) continue;
      line += part;
      used += needed;
    }
    lines.push(line.trimEnd());
  }

  /** A word that is wider than a line is broken within. */
  #parts(word: string, width: number): readonly string[] {
    if (this.widthOf(word) <= width) return [word];
    const parts: string[] = [];
    let part = '';
    for (const sign of word) {
      if (part !== '' && this.widthOf(part + sign) > width) {
        parts.push(part);
        part = '';
      }
      part += sign;
    }
    return [...parts, part];
  }

  #cut(line: string, width: number): string {
    const signs = Array.from(line);
    while (signs.length > 0 && this.widthOf(signs.join('') + ELLIPSIS) > width) signs.pop();
    return signs.join('') + ELLIPSIS;
  }

  #signWidth(sign: string): number {
    const known = this.#widths.get(sign);
    if (known !== undefined) return known;
    const width = this.document.font(this.font).fontSize(this.size).widthOfString(sign);
    this.#widths.set(sign, width);
    return width;
  }
}
