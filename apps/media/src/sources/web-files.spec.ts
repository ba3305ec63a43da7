import 'reflect-metadata';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { PermanentError, TemporaryError } from '#libs/consumer';
import { difference } from '../../spec/difference.js';
import { type HttpTarget, startHttpTarget } from '../../spec/http-target.js';
import { type DeskRun, ImageDesk } from '../../spec/image-desk.js';
import { CARD, testCard } from '../../spec/test-card.js';

const MIB = 1024 * 1024;
const VARIANTS = { variants: [{ name: 'same', format: 'png' }] };

let picture: Buffer;
let desk: ImageDesk;
/** The one host that may be asked. */
let host: HttpTarget;
/** One on the same machine that may not. */
let inner: HttpTarget;

beforeAll(async () => {
  picture = await testCard().png().toBuffer();
  host = await startHttpTarget();
  inner = await startHttpTarget();
  desk = await ImageDesk.open([host.pair]);
});

beforeEach(() => {
  for (const target of [host, inner]) target.answer((_request, response) => response.end(picture));
});

afterEach(async () => {
  expect(inner.seen).toEqual([]);
  expect(await desk.left()).toEqual([]);
});

afterAll(async () => {
  await desk.close();
  await Promise.all([host.stop(), inner.stop()]);
});

const draw = (url: string): Promise<DeskRun> => desk.run(url, VARIANTS);

async function failure(url: string): Promise<PermanentError | TemporaryError> {
  const error: unknown = await draw(url).catch((thrown: unknown) => thrown);
  if (error instanceof PermanentError || error instanceof TemporaryError) return error;
  throw new Error(`Expected an error of the job, got ${String(error)}`);
}

describe('a source by URL', () => {
  it('is fetched from a host that EGRESS_ALLOW names, once for all variants, and drawn', async () => {
    const before = host.seen.length;
    const variants = [
      { name: 'same', format: 'png' },
      { name: 'small', width: 8 },
    ];
    const { saved } = await desk.run(`${host.url}/card.png?size=full`, { variants });
    expect(host.seen.slice(before)).toMatchObject([{ method: 'GET', url: '/card.png?size=full', body: '' }]);
    expect(await difference(sharp(saved.get('same.png')), sharp(picture))).toBe(0);
  });

  it('may be one of several, beside stored ones', async () => {
    const { result } = await desk.run([picture, `${host.url}/card.png`], VARIANTS);
    expect(result.variants).toMatchObject([
      { source: 0, ...CARD },
      { source: 1, ...CARD },
    ]);
  });

  it('may be where its host redirects to, three times at most', async () => {
    host.answer(({ url = '' }, response) => {
      const left = Number(url.slice(1));
      if (left === 0) response.end(picture);
      else response.writeHead(302, { location: `/${String(left - 1)}` }).end();
    });
    expect((await draw(`${host.url}/3`)).result.variants).toMatchObject([CARD]);
    expect(await failure(`${host.url}/4`)).toMatchObject({ code: 'egress_refused' });
  });

  it.each([
    ['the own network', () => `${inner.url}/card.png`],
    ['the own network under a name', () => inner.url.replace('127.0.0.1', 'localhost')],
    ['the own network in another notation', () => inner.url.replace('127.0.0.1', '0x7f.1')],
    ['the own network in IPv6', () => inner.url.replace('127.0.0.1', '[::ffff:127.0.0.1]')],
    ['the metadata of a cloud', () => 'http://169.254.169.254/latest/meta-data/'],
    ['a port that is none of the web', () => 'http://192.0.2.1:25/'],
    ['a host with a password', () => host.url.replace('//', '//user:password@')],
  ])('is refused for good when it is of %s', async (_where, url) => {
    const error = await failure(url());
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.code).toBe('egress_refused');
  });

  it('is refused for good when its host redirects to what may not be asked', async () => {
    host.answer((_request, response) => response.writeHead(302, { location: `${inner.url}/card.png` }).end());
    const error = await failure(`${host.url}/away`);
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.code).toBe('egress_refused');
    expect(error.message).not.toContain(inner.pair);
  });

  it.each([
    [404, PermanentError],
    [403, PermanentError],
    [408, TemporaryError],
    [429, TemporaryError],
    [503, TemporaryError],
  ])('fails with what follows from the answer %d', async (status, kind) => {
    host.answer((_request, response) => response.writeHead(status).end('Sorry'));
    const error = await failure(`${host.url}/card.png`);
    expect(error).toBeInstanceOf(kind);
    expect(error).toMatchObject({
      code: 'source_unavailable',
      message: `The host of the source answered ${String(status)}; expected 200 and a file.`,
    });
  });

  it('is tried again when it breaks off', async () => {
    host.answer((_request, response) => {
      response.writeHead(200, { 'content-length': String(picture.length) });
      response.write(picture.subarray(0, 100), () => response.destroy());
    });
    const error = await failure(`${host.url}/card.png`);
    expect(error).toBeInstanceOf(TemporaryError);
    expect(error.code).toBe('call_broken');
  });

  it('is refused as soon as it turns out to be larger than a picture may be', async () => {
    let sent = 0;
    host.answer((_request, response) => {
      const send = (): void => {
        for (; sent < 150; sent += 1) if (!response.write(Buffer.alloc(MIB))) return void response.once('drain', send);
        response.end();
      };
      send();
    });
    expect(await failure(`${host.url}/endless`)).toMatchObject({ code: 'image_too_large' });
    expect(sent).toBeLessThan(120);
  });

  it('is no picture because its host says so', async () => {
    host.answer((_request, response) => response.writeHead(200, { 'content-type': 'image/png' }).end('<svg/>'));
    expect(await failure(`${host.url}/card.png`)).toMatchObject({ code: 'unsupported_image' });
  });
});
