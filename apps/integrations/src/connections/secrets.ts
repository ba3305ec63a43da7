import { readFileSync } from 'node:fs';
import { type SecretPlace } from './connections-schema.js';

/** Reads secrets from where the file of connections says they are, and notes what is wrong. */
export class SecretReader {
  readonly problems: string[] = [];

  /** @param variable gives a variable of the environment, undefined when it is empty or not set */
  constructor(private readonly variable: (name: string) => string | undefined) {}

  /** A secret without the line break at the end of its file; empty when there is a problem. @param path in the file of connections */
  read(place: SecretPlace, path: string): string {
    const secret = 'env' in place ? this.variable(place.env) : this.#inFile(place.file);
    if (secret !== undefined && /^[\x20-\x7E]+$/.test(secret)) return secret;
    const where = 'env' in place ? `the variable ${place.env}` : `the file ${place.file}`;
    this.problems.push(`${path}: ${where} holds no secret; expected one line of printable ASCII`);
    return '';
  }

  #inFile(file: string): string | undefined {
    try {
      return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
    } catch {
      return undefined;
    }
  }
}

/** The forms of a secret in which an answer could show it: as it is, in JSON, in a URL, and in base64. */
export function secretForms(...secrets: readonly string[]): string[] {
  const forms = secrets.flatMap((secret) => [
    secret,
    JSON.stringify(secret).slice(1, -1),
    // As programs in PHP write JSON.
    JSON.stringify(secret).slice(1, -1).replaceAll('/', '\\/'),
    encodeURIComponent(secret),
    Buffer.from(secret).toString('base64'),
  ]);
  return [...new Set(forms)];
}
