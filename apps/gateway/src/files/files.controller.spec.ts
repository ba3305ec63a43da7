import { createHash, randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { type FileHandle, open, readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Client, pathsOf } from '../testing/client.js';
import { ADMIN_KEY, type RealEdge, startRealEdge } from '../testing/real-edge.js';
import { type LinkedFile } from './file-links.js';

const MAX = 1_000_000;

describe('files over HTTP', () => {
  let edge: RealEdge;
  let client: Client;
  let foreign: string;
  beforeAll(async () => {
    edge = await startRealEdge({ maxUploadBytes: MAX });
    client = new Client(edge.url);
    const scopes = ['jobs:read', 'jobs:write'];
    foreign = (await client.post<{ secret: string }>('/v1/api-keys', { name: 'other', tenant: 'other', scopes })).json
      .secret;
  }, 30_000);
  afterAll(() => edge.stop());

  const form = (content: Buffer | string, filename: string, part = 'file'): FormData => {
    const data = new FormData();
    data.append(part, new Blob([content], { type: 'image/png' }), filename);
    return data;
  };
  const uploaded = async (content: Buffer | string, filename = 'photo.png'): Promise<LinkedFile> => {
    const answer = await client.post<LinkedFile>('/v1/files', undefined, { raw: form(content, filename) });
    expect(answer.status).toBe(201);
    return answer.json;
  };
  const link = ({ url }: LinkedFile): string => url.replace(/^https?:\/\/[^/]+/, edge.url);
  const fetched = (file: LinkedFile, headers: Record<string, string> = {}, method = 'GET') =>
    fetch(link(file), { method, headers });

  it('come in as a part "file" and go out by their link, byte for byte', async () => {
    const content = randomBytes(300_000);
    const file = await uploaded(content);
    const sha256 = createHash('sha256').update(content).digest('hex');
    expect(file).toMatchObject({ filename: 'photo.png', contentType: 'image/png', size: content.length, sha256 });
    expect(file.key).toMatch(/^default\//);
    const answer = await fetched(file);
    expect(Buffer.from(await answer.arrayBuffer()).equals(content)).toBe(true);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-length': '300000',
      etag: `"${sha256}"`,
      'accept-ranges': 'bytes',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining('sandbox'),
      'cache-control': expect.stringContaining('private'),
    });
  });

  it('come in as a raw body of any type', async () => {
    for (const type of ['application/json', 'text/html', 'application/octet-stream']) {
      const answer = await client.post<LinkedFile>('/v1/files?filename=page.html', undefined, {
        raw: '{"no json',
        headers: { 'content-type': type },
      });
      expect([answer.status, answer.json.contentType, answer.json.size]).toEqual([201, type, 9]);
    }
    expect(pathsOf(await client.post('/v1/files', undefined, { raw: 'x' }))).toEqual(['filename']);
    expect(pathsOf(await client.post('/v1/files?filename=a&colour=red', undefined, { raw: 'x' }))).toEqual(['colour']);
  });

  it('may be empty', async () => {
    const file = await uploaded('');
    const answer = await fetched(file);
    expect([file.size, answer.status, await answer.text()]).toEqual([0, 200, '']);
    expect((await fetched(file, { range: 'bytes=0-' })).status).toBe(416);
  });

  it('offer their name for saving, whatever it holds', async () => {
    const path = `/v1/files?filename=${encodeURIComponent('../naïve "€" 🐇.png')}`;
    const file = (await client.post<LinkedFile>(path, undefined, { raw: 'x' })).json;
    expect(file.filename).toBe('naïve "€" 🐇.png');
    expect((await uploaded('x', 'naïve 🐇.png')).filename).toBe('naïve 🐇.png');
    expect((await fetched(file)).headers.get('content-disposition')).toMatch(
      /^attachment; filename="[ -~]+"; filename\*=UTF-8''/,
    );
  });

  it('are given in parts', async () => {
    const file = await uploaded('0123456789');
    const part = await fetched(file, { range: 'bytes=2-4' });
    expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([206, 'bytes 2-4/10', '234']);
    const none = await fetched(file, { range: 'bytes=10-' });
    expect([none.status, none.headers.get('content-range')]).toEqual([416, 'bytes */10']);
    expect(none.headers.get('content-type')).toContain('problem+json');
    const same = await fetched(file, { range: 'bytes=2-4', 'if-range': `"${file.sha256}"` });
    const changed = await fetched(file, { range: 'bytes=2-4', 'if-range': '"another"' });
    expect([same.status, changed.status]).toEqual([206, 200]);
  });

  it('are not sent again to who has them', async () => {
    const file = await uploaded('known');
    for (const tag of [`"${file.sha256}"`, `W/"${file.sha256}"`, `"x", "${file.sha256}"`, '*']) {
      expect((await fetched(file, { 'if-none-match': tag })).status).toBe(304);
    }
    expect((await fetched(file, { 'if-none-match': '"x"' })).status).toBe(200);
  });

  it('are described without being sent', async () => {
    const answer = await fetched(await uploaded('0123456789'), {}, 'HEAD');
    expect([answer.status, answer.headers.get('content-length'), await answer.text()]).toEqual([200, '10', '']);
  });

  it('open by no link but their own, unchanged', async () => {
    const [one, other] = [await uploaded('one'), await uploaded('other')];
    const crossed = new URL(link(one));
    crossed.search = new URL(link(other)).search;
    expect((await fetch(crossed)).status).toBe(403);
    for (const name of ['expires', 'signature']) {
      const changed = new URL(link(one));
      const value = changed.searchParams.get(name) ?? '';
      changed.searchParams.set(name, `${value.startsWith('1') ? '2' : '1'}${value.slice(1)}`);
      expect((await fetch(changed)).status).toBe(403);
    }
    const bare = new URL(link(one));
    bare.search = '';
    expect((await fetch(bare)).status).toBe(401);
  });

  it('open to keys of their tenant and to no others', async () => {
    const { key } = await uploaded('mine');
    expect((await client.get(`/v1/files/${key}`)).status).toBe(200);
    const theft = await client.get(`/v1/files/${key}`, { key: foreign });
    const nothing = await client.get(`/v1/files/other/${key.split('/')[1] ?? ''}`, { key: foreign });
    expect([theft.status, nothing.status]).toEqual([404, 404]);
    for (const path of ['default/../default', 'default%2f..%2f..', '..%2f..%2fetc%2fpasswd', 'x']) {
      expect((await client.get(`/v1/files/${path}`)).status).toBe(404);
    }
  });

  it('are gone for their link when they are removed', async () => {
    const file = await uploaded('gone');
    await edge.storage.remove(file.key);
    expect((await fetched(file)).status).toBe(404);
  });

  it('are refused over the limit, and leave nothing', async () => {
    const before = await stored(edge);
    const large = randomBytes(MAX + 1);
    expect((await client.post('/v1/files', undefined, { raw: form(large, 'a') })).status).toBe(413);
    expect((await client.post('/v1/files?filename=a', undefined, { raw: large })).status).toBe(413);
    expect(await stored(edge)).toEqual(before);
    expect((await uploaded(randomBytes(MAX))).size).toBe(MAX);
  });

  it('are refused while the disk is full, readable for a client that is still sending, and leave nothing', async () => {
    const before = await stored(edge);
    const handle = await open(edge.storageFolder);
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    const write = jest.spyOn(Object.getPrototypeOf(handle) as FileHandle, 'writeFile').mockRejectedValue(full);
    await handle.close();
    try {
      for (const path of ['/v1/files', '/v1/files?filename=a']) {
        const raw = path === '/v1/files' ? form(randomBytes(MAX), 'a') : randomBytes(MAX);
        const answer = await client.post(path, undefined, { raw });
        expect([answer.status, answer.json.code, answer.headers.get('retry-after')]).toEqual([
          503,
          'storage_full',
          '60',
        ]);
      }
    } finally {
      write.mockRestore();
    }
    expect(await stored(edge)).toEqual(before);
    expect(edge.log.splice(0).filter((line) => line.includes('the disk is full'))).toHaveLength(2);
    expect((await uploaded(randomBytes(10))).size).toBe(10);
  });

  it('are refused beside other parts, and leave nothing', async () => {
    const before = await stored(edge);
    const two = form('a', 'a');
    two.append('file', new Blob(['b']), 'b');
    const field = form('a', 'a');
    field.append('note', 'text');
    expect(pathsOf(await client.post('/v1/files', undefined, { raw: two }))).toEqual(['file']);
    expect(pathsOf(await client.post('/v1/files', undefined, { raw: field }))).toEqual(['note']);
    const misnamed = await client.post('/v1/files', undefined, { raw: form('a', 'a', 'photo') });
    expect(misnamed.json.errors).toEqual([
      { path: 'photo', message: 'is no part of an upload: send the file as the part "file"' },
    ]);
    expect(pathsOf(await client.post('/v1/files', undefined, { raw: new FormData() }))).toEqual(['file']);
    expect(await stored(edge)).toEqual(before);
  });

  it.each([
    ['a raw body', 'Content-Type: image/png', 'half'],
    [
      'a part',
      'Content-Type: multipart/form-data; boundary=b',
      '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nhalf',
    ],
  ])('leave nothing when %s breaks off', async (_, type, body) => {
    const before = await stored(edge);
    await new Promise<void>((resolve) => {
      const socket = connect(Number(new URL(edge.url).port), '127.0.0.1', () => {
        socket.end(
          `POST /v1/files?filename=a HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ADMIN_KEY}\r\n${type}\r\n` +
            `Content-Length: 1000\r\n\r\n${body}`,
        );
      });
      socket.resume().on('close', () => {
        resolve();
      });
    });
    // The next upload is answered after the broken one was cleared away.
    await uploaded('next').then(({ key }) => edge.storage.remove(key));
    expect(await stored(edge)).toEqual(before);
    expect(edge.log.filter((line) => line.includes('request.failed'))).toEqual([]);
  });
});

async function stored(edge: RealEdge): Promise<string[]> {
  const entries = await readdir(edge.storageFolder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort();
}
