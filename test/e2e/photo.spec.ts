import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import sharp from 'sharp';
import { type FileReference, type Job } from '#libs/contracts';
import { Screen } from '../../tools/console/screen.js';
import { ensureFfmpeg } from '../../tools/local-nodes/ffmpeg-program.js';
import { PROJECT } from '../../tools/project/app-list.js';
import { eventually } from '../support/eventually.js';
import { SuiteJobs } from '../support/suite-jobs.js';
import { startSuite, type TestSuite } from '../support/test-suite.js';

jest.setTimeout(60_000);

const TASK = 'media.process-image';

interface LinkedFile extends FileReference {
  readonly url: string;
}

interface Variant {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly format: string;
  readonly file: LinkedFile;
}

interface Page<T> {
  readonly data: readonly T[];
  readonly nextCursor: string | null;
}

describe('a photo', () => {
  let suite: TestSuite;
  let jobs: SuiteJobs;
  let photo: Buffer;

  beforeAll(async () => {
    suite = await startSuite({ apps: ['media'], env: { CONCURRENCY: '2' } });
    jobs = new SuiteJobs(suite);
    photo = await portrait();
  });

  afterAll(async () => {
    await suite.stop();
  });

  /** 600 × 400 as it is stored, upright at 400 × 600, with a position in its Exif data. */
  async function portrait(): Promise<Buffer> {
    const gradient = Buffer.from(
      `<svg width="600" height="400"><defs><linearGradient id="g"><stop stop-color="#12406b"/><stop offset="1"
       stop-color="#f0c040"/></linearGradient></defs><rect width="600" height="400" fill="url(#g)"/></svg>`,
    );
    return sharp(gradient)
      .withExif({ IFD0: { Copyright: 'Somebody' }, IFD3: { GPSLatitude: '52/1 0/1 0/1' } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
  }

  async function upload(content: Buffer, filename: string, key?: string): Promise<LinkedFile> {
    const body = new Uint8Array(content);
    const options = {
      headers: { 'content-type': 'application/octet-stream' },
      ...(key === undefined ? {} : { key }),
    };
    const answer = await suite.api<LinkedFile>('POST', `/v1/files?filename=${filename}`, body, options);
    expect(answer.status).toBe(201);
    return answer.body;
  }

  async function download(url: string): Promise<{ response: Response; content: Buffer }> {
    const response = await fetch(url);
    return { response, content: Buffer.from(await response.arrayBuffer()) };
  }

  async function keyOf(tenant: string, scopes: readonly string[]): Promise<string> {
    const { body } = await suite.api<{ secret: string }>('POST', '/v1/api-keys', { name: tenant, tenant, scopes });
    return body.secret;
  }

  const variantsOf = (job: Job): readonly Variant[] => (job.result as { variants: readonly Variant[] }).variants;
  const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex');

  describe('that becomes variants', () => {
    let job: Job;

    beforeAll(async () => {
      const source = await upload(photo, 'portrait.jpg');
      const variants = [
        { name: 'thumb', width: 100, format: 'webp' },
        { name: 'square', width: 120, height: 120, fit: 'cover', format: 'png' },
        { name: 'marked', width: 300, watermark: { text: 'Leveret', position: 'center', opacity: 0.9 } },
        { name: 'plain', width: 300 },
        { name: 'modern', width: 80, format: 'avif' },
      ];
      const { id } = await jobs.enqueue(TASK, { source, variants }, { metadata: { album: 'spring', shot: 7 } });
      job = await jobs.completed(id);
    });

    it('comes out upright, in the sizes and formats that were asked for, in the order of the request', () => {
      expect(variantsOf(job)).toMatchObject([
        { name: 'thumb', width: 100, height: 150, format: 'webp', file: { contentType: 'image/webp' } },
        { name: 'square', width: 120, height: 120, format: 'png', file: { contentType: 'image/png' } },
        { name: 'marked', width: 300, height: 450, format: 'jpeg', file: { contentType: 'image/jpeg' } },
        { name: 'plain', width: 300, height: 450, format: 'jpeg', file: { contentType: 'image/jpeg' } },
        { name: 'modern', width: 80, height: 120, format: 'avif', file: { contentType: 'image/avif' } },
      ]);
      expect(job).toMatchObject({ status: 'completed', attempt: 1, error: null, progress: { percent: 100 } });
    });

    it('is downloaded by its link without a key, as the result describes it', async () => {
      for (const { file, format, width, height } of variantsOf(job)) {
        const { response, content } = await download(file.url);
        expect(response.status).toBe(200);
        expect(response.headers.get('content-type')).toBe(file.contentType);
        expect(response.headers.get('content-disposition')).toContain(file.filename);
        expect({ size: content.length, sha256: sha256(content) }).toEqual({ size: file.size, sha256: file.sha256 });
        const { format: real, ...metadata } = await sharp(content).metadata();
        expect(real).toBe(format === 'avif' ? 'heif' : format);
        expect(metadata).toMatchObject({ width, height });
        expect(metadata.exif).toBeUndefined();
      }
    });

    it('carries its watermark in the variant that asked for it, and in no other', async () => {
      const [marked, plain] = await Promise.all(
        ['marked', 'plain'].map(async (name) => {
          const url = variantsOf(job).find((variant) => variant.name === name)?.file.url ?? '';
          return sharp((await download(url)).content)
            .raw()
            .toBuffer();
        }),
      );
      const differing = marked?.filter((byte, index) => Math.abs(byte - (plain?.[index] ?? 0)) > 60).length ?? 0;
      expect(differing).toBeGreaterThan(500);
      const alike = (plain?.length ?? 0) - differing;
      expect(alike).toBeGreaterThan((plain?.length ?? 0) * 0.8);
    });

    it('answers parts, revalidation and HEAD of its link', async () => {
      const [first] = variantsOf(job);
      const { url = '', size = 0, sha256: hash = '' } = first?.file ?? {};
      const { content: whole } = await download(url);

      const part = await fetch(url, { headers: { range: 'bytes=10-19' } });
      expect(part.status).toBe(206);
      expect(part.headers.get('content-range')).toBe(`bytes 10-19/${size}`);
      expect(Buffer.from(await part.arrayBuffer())).toEqual(whole.subarray(10, 20));

      const last = await fetch(url, { headers: { range: 'bytes=-5' } });
      expect(Buffer.from(await last.arrayBuffer())).toEqual(whole.subarray(-5));

      const beyond = await fetch(url, { headers: { range: `bytes=${size}-` } });
      expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, `bytes */${size}`]);

      const etag = `"${hash}"`;
      const unchanged = await fetch(url, { headers: { 'if-none-match': etag } });
      expect([unchanged.status, unchanged.headers.get('etag'), await unchanged.text()]).toEqual([304, etag, '']);

      const head = await fetch(url, { method: 'HEAD' });
      expect([head.status, head.headers.get('content-length'), head.headers.get('etag')]).toEqual([
        200,
        String(size),
        etag,
      ]);
      expect(head.headers.get('accept-ranges')).toBe('bytes');
    });

    it('refuses a link that was changed, or that carries the signature of another file', async () => {
      const [first, second] = variantsOf(job).map(({ file }) => new URL(file.url));
      const changed = new URL(first?.href ?? '');
      changed.searchParams.set('expires', String(Number(changed.searchParams.get('expires')) + 1));
      const swapped = new URL(first?.href ?? '');
      swapped.search = second?.search ?? '';
      const bare = new URL(first?.href ?? '');
      bare.search = '';
      const statuses = await Promise.all([changed, swapped, bare].map(async (url) => (await fetch(url)).status));
      expect(statuses).toEqual([403, 403, 401]);
    });

    it('has one attempt, which is kept with its worker and its times', async () => {
      const [attempt, ...others] = await jobs.attempts(job.id);
      expect(others).toEqual([]);
      expect(attempt).toMatchObject({ attempt: 1, run: 1, workerId: job.workerId, outcome: 'completed', error: null });
      expect(job.workerId).toMatch(/^media@/);
      const times = [job.createdAt, attempt?.startedAt, attempt?.endedAt].map((time) => Date.parse(time ?? ''));
      expect(times).toEqual([...times].sort((a, b) => a - b));
    });

    it('is found by its metadata, texts and numbers alike', async () => {
      const found = async (query: string): Promise<readonly string[]> =>
        (await suite.api<Page<Job>>('GET', `/v1/jobs?${query}`)).body.data.map(({ id }) => id);
      expect(await found('metadata.album=spring')).toEqual([job.id]);
      expect(await found('metadata.shot=7&metadata.album=spring')).toEqual([job.id]);
      expect(await found('metadata.album=winter')).toEqual([]);
    });
  });

  it('is listed page by page, newest first, each job once', async () => {
    const source = await upload(photo, 'listed.jpg');
    const enqueued: string[] = [];
    for (let shot = 0; shot < 5; shot += 1) {
      const payload = { source: { key: source.key }, variants: [{ name: 'dot', width: 8 }] };
      enqueued.push((await jobs.enqueue(TASK, payload, { metadata: { roll: 'pages' } })).id);
    }
    const pages: (readonly string[])[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const after: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const { body } = await suite.api<Page<Job>>('GET', `/v1/jobs?metadata.roll=pages&limit=2${after}`);
      pages.push(body.data.map(({ id }) => id));
      cursor = body.nextCursor;
    }
    expect(pages.map(({ length }) => length)).toEqual([2, 2, 1]);
    expect(pages.flat()).toEqual(enqueued.toReversed());
    await Promise.all(enqueued.map((id) => jobs.completed(id)));
  });

  it.each([
    { what: 'text', code: 'unsupported_image', content: (): Buffer => Buffer.from('No picture at all.'.repeat(20)) },
    {
      what: 'a picture that ends too early',
      code: 'corrupt_image',
      content: (): Buffer => photo.subarray(0, Math.floor(photo.length / 2)),
    },
    { what: 'empty', code: 'empty_file', content: (): Buffer => Buffer.alloc(0) },
    {
      what: 'an SVG that calls itself a JPEG',
      code: 'unsupported_image',
      content: (): Buffer => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
    },
  ])('fails for good, at the first attempt and with a sentence, when it is $what', async ({ content, code }) => {
    const source = await upload(content(), 'photo.jpg');
    const { id } = await jobs.enqueue(TASK, { source, variants: [{ name: 'thumb', width: 100 }] });
    const { attempt, error, result } = await jobs.failed(id);
    expect({ attempt, result, error }).toMatchObject({
      attempt: 1,
      result: null,
      error: { code, permanent: true, attempt: 1, message: expect.stringMatching(/^The (file|image) /) as unknown },
    });
  });

  it('does not exist for another tenant', async () => {
    const key = await keyOf('stranger', ['jobs:write', 'jobs:read']);
    const theirs = new SuiteJobs(suite, key);
    const source = await upload(photo, 'ours.jpg');
    const missing = { key: source.key.replace(/.$/, (digit) => (digit === '0' ? '1' : '0')) };

    for (const file of [source, missing]) {
      expect((await theirs.ask('GET', `/v1/files/${file.key}`)).status).toBe(404);
      const payload = { source: { key: file.key }, variants: [{ name: 'thumb', width: 100 }] };
      const { status, body } = await theirs.ask('POST', '/v1/jobs', { task: TASK, payload });
      const errors = [{ path: 'payload.source.key', message: 'is the key of no file' }];
      expect({ status, body }).toMatchObject({ status: 422, body: { errors } });
    }
  });

  it('goes with the example of its task, which the gateway takes as it is', async () => {
    const { body: task } = await suite.api<{ example: { source: { key: string } } }>('GET', `/v1/tasks/${TASK}`);
    const source = await upload(photo, 'example.jpg');
    const { id } = await jobs.enqueue(TASK, { ...task.example, source: { key: source.key } });
    const { result } = await jobs.completed(id);
    expect(result).toMatchObject({ variants: expect.any(Array) as unknown });
  });

  it('is one of a hundred in a batch, which shows one progress of all', async () => {
    const source = await upload(photo, 'roll.jpg');
    const payload = { source: { key: source.key }, variants: [{ name: 'dot', width: 8 }] };
    const roll = { jobs: Array.from({ length: 100 }, () => ({ task: TASK, payload })) };
    const { batchId } = (await suite.api<{ batchId: string }>('POST', '/v1/jobs/batch', roll)).body;
    const shown = await eventually('batch that is done', async () => {
      const { body: batch } = await suite.api<{ percent: number }>('GET', `/v1/batches/${batchId}`);
      return batch.percent === 100 ? batch : undefined;
    });
    expect(shown).toMatchObject({ total: 100, counts: { completed: 100 } });
  });

  it('is looked into and judged, as the example of the task asks for', async () => {
    const { body: task } = await suite.api<{ example: object }>('GET', '/v1/tasks/media.analyze-image');
    const source = await upload(photo, 'judged.jpg');
    const { id } = await jobs.enqueue('media.analyze-image', { ...task.example, source: { key: source.key } });
    const { result } = await jobs.completed(id);
    expect(result).toMatchObject({ format: 'jpeg', width: 400, height: 600, moderation: { flagged: false } });
  });

  it('is not fetched from an address of the own network', async () => {
    const url = `${suite.url}/health/live`;
    const { id } = await jobs.enqueue(TASK, { source: url, variants: [{ name: 'thumb', width: 100 }] });
    expect((await jobs.failed(id)).error).toMatchObject({ code: 'egress_refused', permanent: true });
  });

  it('may be a video, which becomes all sizes in one job', async () => {
    await ensureFfmpeg(new Screen(process.stderr));
    const folder = await mkdtemp(join(tmpdir(), 'leveret-video-'));
    const file = join(folder, 'made.mp4');
    const picture = ['-f', 'lavfi', '-i', 'testsrc2=size=640x480:rate=10:duration=1', '-pix_fmt', 'yuv420p'];
    await promisify(execFile)('ffmpeg', ['-v', 'error', ...picture, file]);
    const { key } = await upload(await readFile(file), '-i.mp4');
    await rm(folder, { recursive: true });
    const { id } = await jobs.enqueue('media.process-video', { id: key, format: ['480p', '720p'], watermark: true });
    const { result } = await jobs.completed(id);
    const { outputs, poster } = result as { outputs: readonly { file: LinkedFile }[]; poster: LinkedFile };
    expect(outputs).toMatchObject([
      { format: '480p', width: 640, height: 480, file: { contentType: 'video/mp4' } },
      { format: '720p', width: 640, height: 480, file: { contentType: 'video/mp4' } },
    ]);
    const { content } = await download(outputs[0]?.file.url ?? '');
    expect(content.subarray(4, 8).toString()).toBe('ftyp');
    expect(await sharp((await download(poster.url)).content).metadata()).toMatchObject({ width: 640, height: 480 });
  });

  it('is made by the examples, as a program of a user and as a service would have it made', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'leveret-examples-'));
    const { url, apiKey } = suite;
    await writeFile(join(folder, 'run.json'), JSON.stringify({ url, apiKey, rabbitmqUrl: suite.servers.rabbitmqUrl }));
    const said = async (example: string): Promise<string> =>
      (await promisify(execFile)(process.execPath, [join(PROJECT, 'examples', example), folder])).stdout;
    expect(await said('request.mjs')).toMatch(
      /completed {2}100 %[^]*downloaded thumb \(200 × 200[^]*downloaded marked/,
    );
    expect(await said('publish-from-a-service.mjs')).toMatch(/completed {2}100 %[^]*made http/);
    await rm(folder, { recursive: true });
  });
});
