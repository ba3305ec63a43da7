/** Words, and signs of scripts that are written without spaces, with the marks that close something; each may begin a line. */
const PIECES =
  /[\u2E80-\u9FFF\uAC00-\uD7AF\uF900-\uFAFF\uFF00-\uFFEF\u{20000}-\u{3FFFF}][、。々〉》」』】〕！，．：；？）］｝ー]*|\s+|[^\s\u2E80-\u9FFF\uAC00-\uD7AF\uF900-\uFAFF\uFF00-\uFFEF\u{20000}-\u{3FFFF}]+/gu;
/** Scripts whose words follow each other without spaces: a dictionary knows where they end. */
const UNSPACED = /[\p{Script=Thai}\p{Script=Lao}]/u;

const words = new Intl.Segmenter('th', { granularity: 'word' });
const letters = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The parts of a paragraph between which a line may end; they are made as they are asked for. */
export function* breakablePieces(paragraph: string): Generator<string> {
  for (const [piece] of paragraph.matchAll(PIECES)) {
    if (UNSPACED.test(piece)) yield* segmentsOf(piece, words);
    else yield piece;
  }
}

/** What a reader takes for single signs: letters with all that is put to them. */
export function lettersOf(text: string): Generator<string> {
  return segmentsOf(text, letters);
}

function* segmentsOf(text: string, segmenter: Intl.Segmenter): Generator<string> {
  for (const { segment } of segmenter.segment(text)) yield segment;
}
