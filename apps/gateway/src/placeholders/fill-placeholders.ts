import { isRecord, LIMITS, utf8Length } from '#libs/contracts';
import { type FieldError } from '../http/problem.js';
import { type Placeholder, readTemplate, written } from './template.js';
import { valueAt } from './value-at.js';

const MAX_ERRORS = 20;
/** A value of JSON takes no less, with the comma behind it. */
const VALUE_BYTES = 2;

/** What placeholders are filled with, and how far. */
export interface Filling {
  /** Of the template, for the paths of errors. */
  readonly path: string;
  /** By root: what a placeholder's first name leads to. */
  readonly values: Readonly<Record<string, unknown>>;
  /** The result has about so many bytes of JSON at most. */
  readonly maxBytes: number;
}

/** A template filled in, or what is wrong, by path. */
export type Filled =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly errors: readonly FieldError[] };

/**
 * Fills in every placeholder of a JSON value. A text that is one placeholder and nothing else becomes its value, of whatever
 * type; within other text a value becomes text: a text itself, anything else its JSON. Nothing is executed, and nothing is
 * reached but a list's items and an object's own fields. What is filled in is no template: it is not looked at again. A
 * placeholder that names nothing is an error, null is a value. The result is a value of its own, at most as deep as JSON
 * may come in.
 */
export function fillPlaceholders(template: unknown, filling: Filling): Filled {
  const filler = new Filler(filling);
  const value = filler.fill(template, { path: filling.path, depth: 0 });
  return filler.errors.length === 0 ? { ok: true, value } : { ok: false, errors: filler.errors };
}

/** Where in the result a value stands. */
interface Place {
  readonly path: string;
  readonly depth: number;
}

class Filler {
  readonly errors: FieldError[] = [];
  readonly #filling: Filling;
  #bytesLeft: number;

  constructor(filling: Filling) {
    this.#filling = filling;
    this.#bytesLeft = filling.maxBytes;
  }

  fill(value: unknown, place: Place): unknown {
    const filled = this.#copy(value, place, (text, at) => this.#fillText(text, at));
    this.#isOver(place); // the last value may have been too much
    return filled;
  }

  // The bounds are looked at before each value, so that no more than one value is too much.
  #copy(value: unknown, place: Place, copyText: (text: string, place: Place) => unknown): unknown {
    if (this.#isOver(place)) return null;
    const below = (inner: unknown, name: string | number): unknown =>
      this.#copy(inner, { path: `${place.path}.${name}`, depth: place.depth + 1 }, copyText);
    this.#bytesLeft -= VALUE_BYTES;
    if (typeof value === 'string') return copyText(value, place);
    if (Array.isArray(value)) return value.map(below);
    if (!isRecord(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [this.#plain(name), below(inner, name)]));
  }

  #fillText(text: string, place: Place): unknown {
    if (!text.includes('{{')) return this.#plain(text);
    const template = readTemplate(text);
    if (!template.ok) return this.#wrong(place.path, template.message);
    const [only, ...more] = template.parts;
    if (only !== undefined && typeof only !== 'string' && more.length === 0) return this.#value(only, place);
    return template.parts
      .map((part) => (typeof part === 'string' ? this.#plain(part) : textOf(this.#value(part, place))))
      .join('');
  }

  #value(placeholder: Placeholder, place: Place): unknown {
    const found = valueAt(this.#filling.values, placeholder);
    if (found === undefined) return this.#wrong(place.path, `has ${written(placeholder)}, which names nothing`);
    return this.#copy(found.value, place, (text) => this.#plain(text));
  }

  #plain(text: string): string {
    this.#bytesLeft -= utf8Length(text);
    return text;
  }

  #isOver({ path, depth }: Place): boolean {
    if (this.errors.length >= MAX_ERRORS) return true;
    if (depth > LIMITS.jsonDepth) this.#wrong(path, `is nested deeper than ${LIMITS.jsonDepth}`);
    else if (this.#bytesLeft < 0) this.#tooLarge();
    else return false;
    return true;
  }

  #tooLarge(): void {
    const { path, maxBytes } = this.#filling;
    const message = `must be at most ${maxBytes} bytes when its placeholders are filled in`;
    if (!this.errors.some((error) => error.message === message)) this.#wrong(path, message);
  }

  #wrong(path: string, message: string): null {
    this.errors.push({ path, message });
    return null;
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
