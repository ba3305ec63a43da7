import { extname } from 'node:path';

const SEPARATORS = /[/\\\u2044\u2215\u29F8\u29F9\uFF0F\uFF3C]/;
/** Control characters, line separators, and the marks that turn the reading direction of what follows. */
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF]/gu;
const TOKEN = '[a-z0-9][a-z0-9!#$&^_.+-]{0,126}';
const MEDIA_TYPE = new RegExp(`^${TOKEN}/${TOKEN}$`);
const MAX_FILENAME_BYTES = 255;
const MAX_EXTENSION_BYTES = 20;
const MAX_SENT_LENGTH = 8_192;

/**
 * A file name that is safe to show and to offer for a download: the last part of a path, without characters that
 * control anything, at most 255 bytes of UTF-8 with its extension kept; `file` when nothing is left.
 */
export function safeFilename(sent: string): string {
  const last = sent.slice(-MAX_SENT_LENGTH).split(SEPARATORS).at(-1) ?? '';
  const name = last.toWellFormed().replace(UNSAFE, '').trim();
  if (/^\.*$/.test(name)) return 'file';
  const extension = extname(name);
  const kept = Buffer.byteLength(extension) <= MAX_EXTENSION_BYTES ? extension : '';
  const stem = name.slice(0, name.length - kept.length);
  return clipped(stem, MAX_FILENAME_BYTES - Buffer.byteLength(kept)) + kept;
}

/** `type/subtype` in lower case without parameters; `application/octet-stream` for what is none. */
export function safeContentType(sent: string): string {
  const [essence = ''] = sent.slice(0, MAX_SENT_LENGTH).split(';', 1);
  const type = essence.trim().toLowerCase();
  return MEDIA_TYPE.test(type) ? type : 'application/octet-stream';
}

/** As many whole characters as fit. */
function clipped(text: string, maxBytes: number): string {
  return text.slice(0, new TextEncoder().encodeInto(text, new Uint8Array(maxBytes)).read);
}
