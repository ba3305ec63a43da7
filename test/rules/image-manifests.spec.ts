import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PROJECT } from './planted-tree.js';

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
}

const read = async (file: string): Promise<Manifest> => JSON.parse(await readFile(file, 'utf8')) as Manifest;

describe('the manifests of the images', () => {
  let folder: string;
  let manifests: ReadonlyMap<string, Manifest>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'leveret-manifests-'));
    const script = join(PROJECT, 'scripts', 'image-manifests.mjs');
    await promisify(execFile)(process.execPath, [script, folder], { cwd: PROJECT });
    const files = await readdir(folder);
    manifests = new Map(
      await Promise.all(files.map(async (file) => [basename(file, '.json'), await read(join(folder, file))] as const)),
    );
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  const appsWith = (name: string): readonly string[] =>
    [...manifests].flatMap(([app, { dependencies }]) => (name in dependencies ? [app] : [])).sort();

  it('have what an app needs that no other does, or few do', () => {
    expect(appsWith('sharp')).toEqual(['media']);
    expect(appsWith('nodemailer')).toEqual(['email']);
    expect(appsWith('pdfkit')).toEqual(['exports']);
    expect(appsWith('socket.io')).toEqual(['gateway']);
    expect(appsWith('dejavu-fonts-ttf')).toEqual(['exports', 'media']);
    expect(appsWith('mysql2')).toEqual(['exports', 'integrations']);
    expect(appsWith('pino')).toEqual(['email', 'exports', 'gateway', 'integrations', 'media']);
  });

  it('have each dependency of the project somewhere, in its version, and nothing for development', async () => {
    const { dependencies } = await read(join(PROJECT, 'package.json'));
    const all = Object.assign({}, ...[...manifests.values()].map((manifest) => manifest.dependencies)) as object;
    expect(all).toEqual(dependencies);
    for (const manifest of manifests.values()) expect(manifest).not.toHaveProperty('devDependencies');
  });
});
