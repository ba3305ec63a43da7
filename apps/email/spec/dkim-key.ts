import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file with a text in it, as `MAIL_DKIM` names one; `remove` takes it away. */
export interface KeyFile {
  readonly keyFile: string;
  readonly remove: () => Promise<void>;
}

/** An RSA key as receivers want it. */
export function rsaKey(bits = 2_048): string {
  return generateKeyPairSync('rsa', { modulusLength: bits })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();
}

export async function keyFileOf(text: string): Promise<KeyFile> {
  const folder = await mkdtemp(join(tmpdir(), 'leveret-dkim-'));
  const keyFile = join(folder, 'key.pem');
  await writeFile(keyFile, text);
  return { keyFile, remove: () => rm(folder, { recursive: true }) };
}
