import { decodeJson, LIMITS } from '#libs/contracts';

/** What a result carries of an answer beside its body; the rest is for the envelope of the result. */
const LARGEST_SHOWN = LIMITS.result - 1_024;
const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json(?:;|$)/i;
const TEXT_TYPE = /^(?:text\/|application\/(?:[\w.-]+\+)?xml|application\/x-www-form-urlencoded)/i;

/** The content of an answer: JSON or text as a result carries them, or bytes that belong into a file. */
export type AnswerContent =
  | { readonly kind: 'json'; readonly value: unknown; readonly shown: boolean }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'file' }
  | { readonly kind: 'none' };

/** Tells what an answer's bytes are, by their type and by what they turn out to be. */
export function answerContent(bytes: Buffer, contentType: string): AnswerContent {
  if (bytes.length === 0) return { kind: 'none' };
  const json = JSON_TYPE.test(contentType) ? decodeJson(bytes) : undefined;
  if (json?.ok === true) return { kind: 'json', value: json.value, shown: isShown(json.value) };
  const text = TEXT_TYPE.test(contentType) || json !== undefined ? utf8(bytes) : undefined;
  return text !== undefined && fits(text) ? { kind: 'text', text } : { kind: 'file' };
}

function isShown(value: unknown): boolean {
  return isShallow(value, LIMITS.jsonDepth - 2) && fits(value);
}

/** A result is measured as JSON, in which quotes and line breaks take twice their bytes. */
function fits(value: unknown): boolean {
  return Buffer.byteLength(JSON.stringify(value)) <= LARGEST_SHOWN;
}

function isShallow(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return levels > 0 && Object.values(value).every((inner) => isShallow(inner, levels - 1));
}

function utf8(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
