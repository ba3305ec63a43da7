const REPLACEMENT = '\uFFFD';

/** Names of fields that JSON has nowhere in the suite: they could reach the prototype of an object. */
export const REFUSED_NAMES: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Text that PostgreSQL and UTF-8 can hold: no U+0000, no lone surrogate. */
export function isStorableText(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

/** The same text with U+FFFD for each character that cannot be stored. */
function storableText(text: string): string {
  return text.toWellFormed().replaceAll('\0', REPLACEMENT);
}

/** Storable text of at most `maxBytes` of UTF-8, cut between characters and marked with an ellipsis. */
export function clippedText(text: string, maxBytes: number): string {
  const whole = storableText(text);
  if (utf8Length(whole) <= maxBytes) return whole;
  let bytes = 0;
  let end = 0;
  for (const character of whole) {
    bytes += utf8Length(character);
    if (bytes > maxBytes - 3) break;
    end += character.length;
  }
  return `${whole.slice(0, end)}…`;
}

/** A value of JSON with every text in it made storable. */
export function storableJson(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value);
  if (Array.isArray(value)) return value.map(storableJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [storableText(key), storableJson(inner)]));
}

/** Bytes of a text in UTF-8; a lone surrogate counts as the U+FFFD that takes its place. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    bytes += unit < 0x800 ? 1 : 2;
    if (unit >= 0xd800 && unit <= 0xdbff && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) i += 1;
  }
  return bytes;
}
