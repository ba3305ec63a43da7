import { isStorableText, storableJson } from '#libs/contracts';

const MAX_BYTES = 16 * 1024;

/** The headers of a message as JSON that can be stored: bytes as text, and nothing of headers that are too large. */
export function shownHeaders(headers: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const text = JSON.stringify(plain(headers));
  const size = Buffer.byteLength(text);
  return size > MAX_BYTES
    ? { 'x-headers-left-out': size }
    : (storableJson(JSON.parse(text)) as Record<string, unknown>);
}

function plain(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return textOf(value).text;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
}

/** Bytes as text: as they are when they are text that can be stored, else in base64. */
export function textOf(bytes: Buffer): { readonly text: string; readonly encoding: 'utf8' | 'base64' } {
  const text = utf8(bytes);
  return text !== undefined && isStorableText(text)
    ? { text, encoding: 'utf8' }
    : { text: bytes.toString('base64'), encoding: 'base64' };
}

function utf8(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
