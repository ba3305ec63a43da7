import { outputKey, uploadKey } from '../src/storage-key.js';

export const TENANT = 'acme';
export const JOB = '0197a1c0-0000-7000-8000-000000000001';

const UPLOAD = uploadKey(TENANT);
const OUTPUT = outputKey(TENANT, JOB, 1, 'large.webp');
const ID = UPLOAD.slice(TENANT.length + 1);

/** Texts that somebody may send as a key and that no part of the suite makes. */
export const HOSTILE_KEYS: readonly string[] = [
  '',
  '.',
  '..',
  '/',
  '../',
  '../../etc/passwd',
  '/etc/passwd',
  `/${UPLOAD}`,
  `${UPLOAD}\n`,
  `${UPLOAD}\0`,
  `${UPLOAD}.part`,
  `${UPLOAD} `,
  ` ${UPLOAD}`,
  `${TENANT}/..`,
  `${TENANT}/.`,
  `${TENANT}//${ID}`,
  `${TENANT}\\${ID}`,
  `${TENANT}%2f${ID}`,
  `${TENANT}\u2215${ID}`,
  `${TENANT}\uFF0F${ID}`,
  `${TENANT}/../${UPLOAD}`,
  `${TENANT}/..%2f${ID}`,
  `${TENANT}/%2e%2e/${ID}`,
  `../${TENANT}/${ID}`,
  `./${UPLOAD}`,
  `./${ID}`,
  `../${ID}`,
  `ACME/${ID}`,
  `-acme/${ID}`,
  `${'a'.repeat(64)}/${ID}`,
  `${TENANT}/${ID.toUpperCase()}`,
  `${TENANT}/${ID.slice(1)}`,
  `${TENANT}/${JOB}/../${ID}`,
  `${TENANT}/${JOB}/1-../${ID}`,
  `${TENANT}/${JOB}/1-`,
  `${TENANT}/${JOB}/1-.hidden`,
  `${TENANT}/${JOB}/1-a/b`,
  `${TENANT}/${JOB}/1-a\\b`,
  `${TENANT}/${JOB}/1-a\u2044b`,
  `${TENANT}/${JOB}/1-\u202Egpj.exe`,
  `${TENANT}/${JOB}/1-CON:`,
  `${TENANT}/${JOB}/01-a`,
  `${TENANT}/${JOB}/-1-a`,
  `${TENANT}/${JOB}/large.webp`,
  `${TENANT}/${JOB}/1-${'a'.repeat(101)}`,
  `${OUTPUT}/`,
  `${OUTPUT}\0.png`,
  `incoming/${ID}.part`,
  'a'.repeat(5_000),
  `${TENANT}/${'../'.repeat(1_600)}${ID}`,
];
