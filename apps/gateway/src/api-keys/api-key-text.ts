import { hash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const KEY_ID_LENGTH = 10;
/** 36 characters of 62 are 214 bits. */
const SECRET_LENGTH = 36;
const CHECKSUM_LENGTH = 6;
const FORM = new RegExp(
  `^lvr_([0-9A-Za-z]{${KEY_ID_LENGTH}})_[0-9A-Za-z]{${SECRET_LENGTH}}_([0-9A-Za-z]{${CHECKSUM_LENGTH}})$`,
);
const HINT_LENGTH = 4;

/** A key as it is handed out once, with the part of it that is stored to find it again. */
export interface ApiKeyText {
  readonly keyId: string;
  readonly text: string;
}

/**
 * A new API key, `lvr_<key id>_<secret>_<checksum>`: the prefix and the checksum let scanners of leaked secrets know one
 * when they see it, the key id finds its row, and a double click selects all of it.
 */
export function newApiKey(): ApiKeyText {
  const keyId = randomText(KEY_ID_LENGTH);
  const body = `lvr_${keyId}_${randomText(SECRET_LENGTH)}`;
  return { keyId, text: `${body}_${checksum(body)}` };
}

/** The key id in a key of our own form, whose checksum is right; undefined for any other text. */
export function keyIdOf(text: string): string | undefined {
  const [, keyId, sum] = FORM.exec(text) ?? [];
  return keyId !== undefined && sum === checksum(text.slice(0, -CHECKSUM_LENGTH - 1)) ? keyId : undefined;
}

/** What is stored of a key. A secret of this many random bits needs no slow hash. */
export function digestOf(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}

/** The end of a key, by which people tell their keys apart in a list. */
export function hintOf(text: string): string {
  return text.slice(-HINT_LENGTH);
}

/** Every character is as likely as any other: bytes that would favour some are thrown away. */
function randomText(length: number): string {
  let text = '';
  while (text.length < length) {
    for (const byte of randomBytes(length)) {
      if (byte < 4 * ALPHABET.length && text.length < length) text += ALPHABET.charAt(byte % ALPHABET.length);
    }
  }
  return text;
}

function checksum(body: string): string {
  let rest = crc32(body);
  let text = '';
  for (let i = 0; i < CHECKSUM_LENGTH; i += 1) {
    text = `${ALPHABET.charAt(rest % ALPHABET.length)}${text}`;
    rest = Math.floor(rest / ALPHABET.length);
  }
  return text;
}
