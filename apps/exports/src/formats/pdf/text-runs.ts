import bidiJs from 'bidi-js';
import { type Fonts, type Weight } from './fonts.js';

/** The package is that function itself, where its types have it one deeper. */
const bidi = (bidiJs as unknown as typeof bidiJs.default)();

/** What stands for a sign that no font has. */
export const REPLACEMENT = '\uFFFD';
/** Most lines have nothing else, and the first font all of it. */
const SIMPLE = /^[\x20-\x7E\xA0-\xAC\xAE-\u024F]*$/;
const RIGHT_TO_LEFT = /[\u200F\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Nko}\p{Script=Syriac}\p{Script=Thaana}]/u;
/** They belong to the letter before them, and to its font. */
const ATTACHED = /[\p{Mark}\u200C\u200D]/u;
/** They say how others stand, and are not seen themselves. */
const DIRECTIONS = /\p{Bidi_Control}/u;

/** A part of a line in one font and direction, as it is to be drawn. */
export interface TextRun {
  readonly font: string;
  readonly text: string;
  /** Signs in it that were replaced. */
  readonly replaced: number;
}

/** A part of a line as it is written. */
interface Part extends TextRun {
  /** How deep its direction is nested: what has an odd one runs to the left. */
  readonly level: number;
}

/** True when a text, whose first letter decides, is read from right to left. */
export function isRightToLeft(text: string): boolean {
  return RIGHT_TO_LEFT.test(text) && bidi.getEmbeddingLevels(text).paragraphs[0]?.level === 1;
}

/** The mark that gives the direction of a text to each line of it, whatever the line begins with; none where all is read one way. */
export function directionOf(text: string): string {
  if (!RIGHT_TO_LEFT.test(text)) return '';
  return isRightToLeft(text) ? '\u200F' : '\u200E';
}

/** The parts of a line from left to right, by the Unicode bidirectional algorithm. */
export function runsOf(line: string, weight: Weight, fonts: Fonts): readonly TextRun[] {
  if (SIMPLE.test(line)) return [{ font: fonts.first(weight), text: line, replaced: 0 }];
  return inVisualOrder(partsOf(line, { weight, fonts })).map(({ font, level, text, replaced }) => {
    // pdfkit lets the letters of such scripts run to the left, and those of no others.
    const isRight = RIGHT_TO_LEFT.test(text) === isTurned(level);
    return { font, text: isRight ? text : Array.from(text).reverse().join(''), replaced };
  });
}

interface Lettering {
  readonly weight: Weight;
  readonly fonts: Fonts;
}

/** In the order in which the line is written. */
function partsOf(line: string, lettering: Lettering): readonly Part[] {
  const levels = RIGHT_TO_LEFT.test(line) ? bidi.getEmbeddingLevels(line).levels : undefined;
  const parts: Part[] = [];
  let at = 0;
  for (const sign of line) {
    const level = levels?.[at] ?? 0;
    at += sign.length;
    if (DIRECTIONS.test(sign)) continue;
    const last = parts.at(-1);
    const next = partOf(sign, level, last?.font, lettering);
    if (last === undefined || isApart(last, next)) parts.push(next);
    else parts[parts.length - 1] = { ...last, text: last.text + next.text, replaced: last.replaced + next.replaced };
  }
  return parts;
}

function partOf(sign: string, level: number, before: string | undefined, { weight, fonts }: Lettering): Part {
  const found = fonts.of(sign, weight);
  if (before !== undefined && before !== found && ATTACHED.test(sign) && fonts.has(before, sign))
    return { font: before, level, text: sign, replaced: 0 };
  if (found === undefined) return { font: fonts.first(weight), level, text: REPLACEMENT, replaced: 1 };
  const text = isTurned(level) ? (bidi.getMirroredCharacter(sign) ?? sign) : sign;
  return { font: found, level, text, replaced: 0 };
}

/** pdfkit lays out words by themselves: those that follow each other to the left are put in their order by us. */
function isApart(last: Part, next: Part): boolean {
  return last.font !== next.font || last.level !== next.level || (last.level > 0 && last.text.endsWith(' '));
}

function isTurned(level: number): boolean {
  return level % 2 === 1;
}

/** Rule L2 of the algorithm: what lies deeper is turned first. */
function inVisualOrder(parts: readonly Part[]): readonly Part[] {
  let ordered = [...parts];
  for (let level = Math.max(0, ...parts.map((part) => part.level)); level > 0; level -= 1) {
    const next: Part[] = [];
    let deep: Part[] = [];
    for (const part of ordered) {
      if (part.level >= level) deep.unshift(part);
      else {
        next.push(...deep, part);
        deep = [];
      }
    }
    ordered = [...next, ...deep];
  }
  return ordered;
}
