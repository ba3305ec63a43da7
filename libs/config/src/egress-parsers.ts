import { type Parser } from './setting.js';

const PAIR = /^(\[[\dA-Fa-f:.]+\]|[^\s:/?#@*[\]\\]+):(\d{1,5})$/;
const LARGEST_PORT = 65_535;

/** A host and a port, as calls to them are compared: `127.0.0.1:8080`, `[::1]:8080`. The host is written as URLs write it. */
export const hostAndPort: Parser<string> = (text) => {
  const [, host = '', digits = ''] = PAIR.exec(text) ?? [];
  const port = Number(digits);
  const address = `http://${host}`;
  if (host === '' || port < 1 || port > LARGEST_PORT || !URL.canParse(address)) return { ok: false };
  return { ok: true, value: `${new URL(address).hostname}:${port}` };
};
