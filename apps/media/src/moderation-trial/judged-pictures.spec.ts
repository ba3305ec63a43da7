import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { compileApp, type CompiledApp } from '../../spec/compiled-app.js';
import { ImagePool } from '../image-pool/image-pool.js';
import { judgedPictures } from './judged-pictures.js';
import { PictureJudge } from './picture-judge.js';

let app: CompiledApp;
let folder: string;
let picture: string;
let judge: PictureJudge;

beforeAll(async () => {
  app = await compileApp();
  folder = await mkdtemp(join(tmpdir(), 'judged-pictures-spec-'));
  picture = join(folder, 'picture.png');
  await sharp({ create: { width: 20, height: 20, channels: 3, background: '#fff' } }).toFile(picture);
});

afterEach(() => judge.close());

afterAll(async () => {
  await app.remove();
  await rm(folder, { recursive: true });
});

function openJudge(options: { patienceMs?: number } = {}): PictureJudge {
  const pool = new ImagePool({ entry: app.url('image-pool/child-main.ts') });
  judge = new PictureJudge({ pool, ...options });
  return judge;
}

describe('A moderation trial', () => {
  it('leaves out pictures that cannot be opened, and goes on behind each', async () => {
    const gone = [join(folder, 'gone.png'), join(folder, 'gone as well.png')];
    const leftOut: string[] = [];
    expect(await judgedPictures(gone, openJudge(), (file) => leftOut.push(file))).toEqual([]);
    expect(leftOut).toEqual(gone);
  });

  it('leaves out pictures that take too long, and says so of each', async () => {
    const errors: unknown[] = [];
    const tell = (_file: string, error: unknown): unknown => errors.push(error);
    expect(await judgedPictures([picture, picture], openJudge({ patienceMs: 1 }), tell)).toEqual([]);
    expect(errors).toMatchObject([{ name: 'TimeoutError' }, { name: 'TimeoutError' }]);
  });
});
