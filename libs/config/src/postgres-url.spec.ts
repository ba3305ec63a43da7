import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { afterAll, describe, expect, it } from '@jest/globals';
import { databasesByName } from './database-parsers.js';
import { postgresUrl } from './postgres-url.js';

describe('postgresUrl', () => {
  const folder = mkdtempSync(join(tmpdir(), 'leveret-certificates-'));
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const ca = file('ca.pem', String(rootCertificates[0]));
  const note = file('note.txt', 'no certificate');
  const isTaken = (parameters: string): boolean => postgresUrl(`postgres://me@db/x?${parameters}`).ok;

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it.each([
    '',
    'sslmode=verify-full',
    `sslmode=verify-full&sslrootcert=${ca}`,
    'sslmode=disable',
    'ssl=true',
    'application_name=leveret&options=-c%20statement_timeout%3D5s',
  ])('takes %j', (parameters) => {
    expect(isTaken(parameters)).toBe(true);
  });

  it.each([
    ['a misspelt name, with which the driver would speak in clear text', 'ssl_mode=verify-full'],
    ['another', 'slmode=verify-full'],
    ['the same in capitals', 'SSLMODE=verify-full'],
    ['a misspelt mode', 'sslmode=verfy-full'],
    ['a file that is not there', `sslmode=verify-full&sslrootcert=${folder}/none.pem`],
    ['a file without a certificate', `sslrootcert=${note}`],
    ['a key that is not there', `sslcert=${ca}&sslkey=${folder}/none.key`],
    ['a word that the driver takes for true', 'ssl=false'],
  ])('refuses %s', (_what, parameters) => {
    expect(isTaken(parameters)).toBe(false);
  });

  it('holds for the databases of datasets, too', () => {
    expect(databasesByName('shop=postgres://db/x?sslmode=verify-full crm=mysql://db/y')).toMatchObject({ ok: true });
    expect(databasesByName('shop=postgres://db/x?ssl_mode=verify-full')).toEqual({ ok: false });
  });
});
