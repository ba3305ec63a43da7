import { isStorableText } from '#libs/contracts';
import { type FieldError, invalid } from './problem.js';

const MAX_TEXT = 1_000;

/** Reads a query string strictly: what nobody asks for is an error, too. Errors are gathered and thrown by `done`. */
export class QueryReader {
  readonly #values: ReadonlyMap<string, string>;
  readonly #asked = new Set<string>();
  readonly #errors: FieldError[] = [];

  constructor(query: unknown) {
    const values = new Map<string, string>();
    for (const [name, value] of Object.entries(query ?? {})) {
      if (typeof value !== 'string') this.refuse(name, 'is given more than once');
      else if (value.length > MAX_TEXT || !isStorableText(value + name)) this.refuse(name, 'is no text that is taken');
      else values.set(name, value);
    }
    this.#values = values;
  }

  /** The text of a parameter; undefined when it is not given. */
  text(name: string): string | undefined {
    this.#asked.add(name);
    return this.#values.get(name);
  }

  /** A parameter that `read` understands; it returns undefined for what it does not. */
  parsed<T>(name: string, read: (text: string) => T | undefined, expected: string): T | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = read(text);
    if (value === undefined) this.refuse(name, `must be ${expected}`);
    return value;
  }

  /** Parameters whose name begins with `prefix`, by the rest of their names. */
  group(prefix: string): Record<string, string> {
    const entries = [...this.#values].filter(([name]) => name.startsWith(prefix) && name.length > prefix.length);
    for (const [name] of entries) this.#asked.add(name);
    return Object.fromEntries(entries.map(([name, value]) => [name.slice(prefix.length), value]));
  }

  /** Refuses a query without this parameter. */
  require(name: string, expected: string): void {
    if (!this.#values.has(name)) this.refuse(name, `is missing: it must be ${expected}`);
  }

  refuse(path: string, message: string): void {
    this.#errors.push({ path, message });
  }

  /** @throws Problem 422 that names every wrong and every unknown parameter */
  done(): void {
    const unknown = [...this.#values.keys()].filter((name) => !this.#asked.has(name));
    const errors = [...this.#errors, ...unknown.map((path) => ({ path, message: 'is no parameter of this call' }))];
    if (errors.length > 0) throw invalid(errors);
  }
}
