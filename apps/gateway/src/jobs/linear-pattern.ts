import { RE2JS } from 're2js';

/** A pattern as Ajv uses it; its text is the key under which Ajv keeps it. */
interface Pattern {
  test(text: string): boolean;
  toString(): string;
}

function compile(source: string): Pattern {
  const matcher = matcherOf(source);
  return { test: matcher, toString: () => source };
}

/**
 * A regular expression matches in time linear in the text. One that needs a backtracking engine (a look-around, a
 * back-reference) is not judged here: the app that announced it checks the payload too.
 */
function matcherOf(source: string): (text: string) => boolean {
  try {
    const pattern = RE2JS.compile(RE2JS.translateRegExp(source));
    return (text) => pattern.matcher(text).find();
  } catch {
    return () => true;
  }
}

/** Ajv's engine for patterns of schemas that came from outside. */
export const linearPattern = Object.assign((source: string): Pattern => compile(source), { code: 'linearPattern' });
