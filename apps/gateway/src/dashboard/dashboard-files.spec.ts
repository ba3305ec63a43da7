import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DashboardFiles } from './dashboard-files.js';

describe('the files of the dashboard', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'leveret-site-'));
    await mkdir(join(folder, 'assets'));
    await writeFile(join(folder, 'index.html'), '<!doctype html>');
    await writeFile(join(folder, 'assets/page-1a2b.js'), 'export {};');
    await writeFile(join(folder, 'notes.txt'), 'for nobody');
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('are found by their path, with their type, also compressed', async () => {
    const files = new DashboardFiles(folder);
    const script = await files.find('assets/page-1a2b.js');
    expect(script).toMatchObject({ type: 'text/javascript; charset=utf-8', content: Buffer.from('export {};') });
    expect(gunzipSync(script?.compressed ?? '').toString()).toBe('export {};');
    expect((await files.find('index.html'))?.type).toBe('text/html; charset=utf-8');
  });

  it('are those of the site that are of a known type, and nothing outside', async () => {
    const files = new DashboardFiles(folder);
    for (const path of ['notes.txt', 'assets', '../index.html', `../${folder.split('/').at(-1) ?? ''}/index.html`]) {
      expect(await files.find(path)).toBeUndefined();
    }
  });

  it('are none when nothing is built', async () => {
    expect(await new DashboardFiles(join(folder, 'nowhere')).find('index.html')).toBeUndefined();
  });
});
