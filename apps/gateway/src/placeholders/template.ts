/**
 * A text with placeholders. Between `{{` and `}}` stand the names that lead to a value, joined by dots, with or without blanks
 * around them: `{{result.variants.0.file}}`. The first name, the root, is one that the user of the template offers; a
 * list's items are named by their index. A name is of any characters but dots, braces and white space, so that a field
 * whose name has those cannot be reached. `{{{{` stands for a literal `{{`; a `}}` that closes nothing is text.
 */
export type TemplatePart = string | Placeholder;

/** The names that lead to a value, the root's first. */
export type Placeholder = readonly [string, ...string[]];

/** A text read as a template, or what is wrong with it. */
export type ReadTemplate =
  { readonly ok: true; readonly parts: readonly TemplatePart[] } | { readonly ok: false; readonly message: string };

const OPEN = '{{';
const CLOSE = '}}';
const NAME = /^[^\s{}.]+$/;
const SHOWN_CHARACTERS = 60;

/** Reads a text once, from left to right, whatever is in it. */
export function readTemplate(text: string): ReadTemplate {
  const parts: TemplatePart[] = [];
  let at = 0;
  for (let open = text.indexOf(OPEN); open >= 0; open = text.indexOf(OPEN, at)) {
    if (open > at) parts.push(text.slice(at, open));
    const inside = open + OPEN.length;
    if (text.startsWith(OPEN, inside)) {
      parts.push(OPEN);
      at = inside + OPEN.length;
      continue;
    }
    const close = text.indexOf(CLOSE, inside);
    if (close < 0) return wrong('has a {{ without }}');
    const placeholder = placeholderIn(text.slice(inside, close));
    if (placeholder === undefined) return wrong(`has no names joined by dots in ${shown(text.slice(open, close + 2))}`);
    parts.push(placeholder);
    at = close + CLOSE.length;
  }
  if (at < text.length) parts.push(text.slice(at));
  return { ok: true, parts };
}

/** A placeholder as it is written. */
export function written(placeholder: Placeholder): string {
  return shown(`${OPEN}${placeholder.join('.')}${CLOSE}`);
}

function placeholderIn(text: string): Placeholder | undefined {
  const [root, ...below] = text.trim().split('.');
  return root !== undefined && [root, ...below].every((name) => NAME.test(name)) ? [root, ...below] : undefined;
}

function wrong(message: string): ReadTemplate {
  return { ok: false, message: `${message}; a literal {{ is written {{{{` };
}

function shown(text: string): string {
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}
