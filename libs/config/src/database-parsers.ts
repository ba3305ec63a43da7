import { url } from './parsers.js';
import { postgresUrl } from './postgres-url.js';
import { type Parser } from './setting.js';

const NAME = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

const mysqlUrl = url(['mysql', 'mariadb'], (address) => address.hostname !== '' || address.searchParams.has('host'));

/** Databases and where they are: `shop=postgres://… crm=mysql://…`. */
export const databasesByName: Parser<ReadonlyMap<string, string>> = (text) => {
  const pairs = text
    .trim()
    .split(/\s+/)
    .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)] as const);
  const addresses = new Map(pairs);
  const read = pairs.every(
    ([name, address]) => NAME.test(name) && [postgresUrl, mysqlUrl].some((parse) => parse(address).ok),
  );
  return read && addresses.size === pairs.length ? { ok: true, value: addresses } : { ok: false };
};
