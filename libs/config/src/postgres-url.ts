import { accessSync, constants } from 'node:fs';
import { certificateFile } from './certificates.js';
import { nearest } from './nearest.js';
import { url } from './parsers.js';
import { type Parser } from './setting.js';

/** As the driver understands them; it takes any other word for verify-full. */
const SSL_MODES = ['disable', 'no-verify', 'prefer', 'require', 'verify-ca', 'verify-full'];

/** What the driver is told of TLS, and what it can use. It passes over a name that it does not know, and speaks in clear text. */
const SSL_PARAMETERS = new Map<string, (value: string) => boolean>([
  ['sslmode', (mode) => SSL_MODES.includes(mode)],
  ['sslrootcert', (file) => certificateFile(file).ok],
  ['sslcert', (file) => certificateFile(file).ok],
  ['sslkey', isReadable],
  ['sslnegotiation', (way) => ['postgres', 'direct'].includes(way)],
  ['ssl', (word) => ['true', '1', '0'].includes(word)],
  ['uselibpqcompat', (word) => ['true', 'false'].includes(word)],
]);

/** What these settings allow at the end of the URL. */
export const SSL_FORM = `sslmode is ${SSL_MODES.join(', ')}; ssl is true, 1 or 0; sslrootcert, sslcert and sslkey are readable files in PEM format`;

/** The URL of a PostgreSQL database; what it says of TLS is seen to be usable, for the driver would say so at each connection, or never. */
export const postgresUrl: Parser<string> = (text) => {
  const parsed = postgres(text);
  if (!parsed.ok) return parsed;
  for (const [name, value] of new URL(text).searchParams) {
    const isUsable = SSL_PARAMETERS.get(name);
    if (isUsable === undefined ? meansTls(name) : !isUsable(value)) return { ok: false };
  }
  return parsed;
};

const postgres = url(
  ['postgres', 'postgresql'],
  (address) => address.hostname !== '' || address.searchParams.has('host'),
);

function meansTls(name: string): boolean {
  return (
    /ssl|tls/i.test(name) ||
    nearest(
      name,
      [...SSL_PARAMETERS.keys()].filter((known) => known !== 'ssl'),
      2,
    ) !== undefined
  );
}

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
