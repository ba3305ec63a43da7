const ONE_WORD = '*';
const ANY_WORDS = '#';
const MAX_LENGTH = 200;
const WORD = /^(?:[A-Za-z0-9_-]+|\*|#)$/;

/** How a pattern is written, for messages to users. */
export const PATTERN_FORM =
  'words of letters, digits, - and _ joined by dots, where * stands for one word and # for any number of words, such as ' +
  `order.* or order.#, at most ${MAX_LENGTH} characters`;

/** A pattern of AMQP's topic syntax over the types of events. A wildcard is a whole word, as the broker has it. */
export function isTopicPattern(text: string): boolean {
  return text.length <= MAX_LENGTH && text.split('.').every((word) => WORD.test(word));
}

/**
 * Whether a routing key fits a pattern, by the broker's rules: `*` is exactly one word, `#` any number of words, also none. It
 * goes back to the latest `#` only, so that no pattern takes more steps than its words times those of the key.
 */
export function fitsTopic(pattern: string, key: string): boolean {
  const [wanted, words] = [wordsOf(pattern), wordsOf(key)];
  let [at, open, openedAt] = [0, -1, 0];
  for (let word = 0; word < words.length;) {
    if (wanted[at] === ANY_WORDS) {
      [open, openedAt] = [at, word];
      at += 1;
    } else if (at < wanted.length && (wanted[at] === ONE_WORD || wanted[at] === words[word])) {
      at += 1;
      word += 1;
    } else if (open >= 0) {
      openedAt += 1;
      [at, word] = [open + 1, openedAt];
    } else return false;
  }
  return wanted.slice(at).every((word) => word === ANY_WORDS);
}

/** An empty key has no words, as the broker has it; otherwise two dots have an empty word between them. */
function wordsOf(key: string): string[] {
  return key === '' ? [] : key.split('.');
}
