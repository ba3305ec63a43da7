/** Words, and signs of scripts that are written without spaces, with the marks that close something; each may begin a line. */
const PIECES =
  /[\u2E80-\u9FFF\uAC00-\uD7AF\uF900-\uFAFF\uFF00-\uFFEF\u{20000}-\u{3FFFF}][、。々〉》」』】〕！，．：；？）］｝ー]*|\s+|[^\s\u2E80-\u9FFF\uAC00-\uD7AF\uF900-\uFAFF\uFF00-\uFFEF\u{20000}-\u{3FFFF}]+/gu;
/** Scripts whose words follow each other without spaces: a dictionary knows where they end. */
const UNSPACED = /[\p{Script=Thai}\p{Script=Lao}]/u;

const words = new Intl.Segmenter('th', { granularity: 'word' });
const letters = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The parts of a paragraph between which a line may end. */
export function breakablePieces(paragraph: string): readonly string[] {
  const pieces = paragraph.match(PIECES) ?? [];
  return UNSPACED.test(paragraph) ? pieces.flatMap((piece) => segmentsOf(piece, words)) : pieces;
}

/** What a reader takes for single signs: letters with all that is put to them. */
export function lettersOf(text: string): readonly string[] {
  return segmentsOf(text, letters);
}

function segmentsOf(text: string, segmenter: Intl.Segmenter): readonly string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}
