/**
 * A text of one line for the head of a mail: blanks in a row as one, none at either end. Headers are folded at blanks,
 * and many of them would make lines of blanks alone, which servers that trim lines take for the end of the head.
 */
export function withSingleBlanks(text: string): string {
  return text.replaceAll(/ +/g, ' ').trim();
}
