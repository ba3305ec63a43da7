import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Parser } from './setting.js';

/** Certificates of authorities, by the file that they are in; the value is their text. */
export const certificateFile: Parser<string> = (path) => {
  try {
    const text = readFileSync(path, 'utf8');
    // Reads the first of them: what is no certificate is no authority either.
    new X509Certificate(text);
    return { ok: true, value: text };
  } catch {
    return { ok: false };
  }
};
