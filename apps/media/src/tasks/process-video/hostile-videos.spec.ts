import 'reflect-metadata';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { plainToInstance } from 'class-transformer';
import { apart } from '../../../spec/apart.js';
import { quickTimeReference, understated } from '../../../spec/hostile-videos.js';
import { startHttpTarget } from '../../../spec/http-target.js';
import { jobInMemory } from '#libs/consumer-testing';
import { frameOf, makeVideo } from '../../../spec/made-videos.js';
import { withSubtitleFile } from '../../../spec/subtitled-avi.js';
import { VideoDesk } from '../../../spec/video-desk.js';
import { runFfmpeg } from '../../ffmpeg/ffmpeg.js';
import { inputOptions } from '../../ffmpeg/input-options.js';
import { ProcessVideoPayload } from './process-video.payload.js';

let desk: VideoDesk;
let small: Buffer;

beforeAll(async () => {
  desk = await VideoDesk.open();
  small = await makeVideo(desk.studio);
});

afterEach(async () => {
  expect(await desk.left()).toEqual([]);
});

afterAll(() => desk.close());

describe('a video that cannot be processed', () => {
  let secrets: Server;
  let asked = 0;
  let address: string;

  beforeAll(async () => {
    secrets = createServer((_request, response) => {
      asked += 1;
      response.end(small);
    });
    await once(secrets.listen(0, '127.0.0.1'), 'listening');
    address = `http://127.0.0.1:${String((secrets.address() as AddressInfo).port)}`;
    await mkdir(join(desk.studio, 'other'));
    await writeFile(join(desk.studio, 'other', 'foreign.mp4'), small);
  });

  afterEach(() => {
    expect(asked).toBe(0);
  });

  afterAll(async () => {
    await once(secrets.close(), 'close');
  });

  const playlist = (entry: string): string =>
    `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n${entry}\n#EXT-X-ENDLIST\n`;

  it.each([
    ['text', () => 'Dear Sir or Madam'],
    ['a playlist of an address', () => playlist(`${address}/a.ts`)],
    ['a playlist of a foreign file', () => playlist(`file://${desk.studio}/other/foreign.mp4`)],
    ['a playlist of a foreign text', () => playlist('file:///etc/passwd')],
    ['a playlist that joins foreign files', () => playlist(`concat:/etc/passwd|${desk.studio}/other/foreign.mp4`)],
    [
      'a playlist of a part of a foreign file',
      () => playlist(`subfile,,start,0,end,99,,:${desk.studio}/other/foreign.mp4`),
    ],
    ['a playlist of what it holds itself', () => playlist('data:video/mp4;base64,AAAA')],
    ['a list of files to join', () => `ffconcat version 1.0\nfile ${desk.studio}/other/foreign.mp4\n`],
    ['a manifest of an address', () => `<?xml version="1.0"?><MPD><BaseURL>${address}/</BaseURL></MPD>`],
    ['subtitles', () => 'WEBVTT\n\n00:00.000 --> 00:01.000\nGood morning\n'],
    ['a session description', () => `v=0\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n`],
    ['a picture', () => '\x89PNG\r\n\x1a\n'],
  ])('is refused when it is %s', async (_what, content) => {
    expect(await desk.failure(Buffer.from(content(), 'latin1'))).toMatchObject({ code: 'unsupported_video' });
  });

  it.each([
    [
      ...(['a playlist of another address', 'unsupported_video'] as const),
      (response: ServerResponse) => response.end(playlist(`${address}/a.ts`)),
    ],
    [
      ...(['a redirect to another address', 'egress_refused'] as const),
      (response: ServerResponse) => response.writeHead(302, { location: `${address}/a.mp4` }).end(),
    ],
  ])('is refused when its URL answers with %s', async (_what, code, answer) => {
    const host = await startHttpTarget();
    host.answer((_request, response) => answer(response));
    await expect(desk.runFrom(host)).rejects.toMatchObject({ name: 'PermanentError', code });
    expect(host.seen).toHaveLength(1);
    await host.stop();
  });

  it.each([
    ['an MP4', '\0\0\0\x18ftypisom\0\0\0\0isomiso2'],
    ['a Matroska file', '\x1a\x45\xdf\xa3'],
    ['an AVI', 'RIFF\xff\0\0\0AVI LIST'],
  ])('is damaged when it is a playlist behind the beginning of %s', async (_what, head) => {
    for (const entry of [`${address}/a.ts`, `file://${desk.studio}/other/foreign.mp4`]) {
      const error = await desk.failure(Buffer.from(head + playlist(entry), 'latin1'));
      expect(error.code).toMatch(/^(corrupt|unsupported)_video$/);
      expect(error.message).not.toContain(desk.studio);
    }
  });

  it('does not follow the references of a QuickTime file to another', async () => {
    const foreign = join(desk.studio, 'other', 'foreign.mp4');
    const reference = quickTimeReference(small, foreign);
    await writeFile(join(desk.studio, 'reference.mov'), reference);
    const unguarded = ['-v', 'error', '-enable_drefs', '1', '-use_absolute_path', '1', '-i', 'reference.mov'];
    const first = ['-frames:v', '1', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'];
    const raw = { cwd: desk.studio, encoding: 'buffer' } as const;
    const { stdout } = await promisify(execFile)('ffmpeg', [...unguarded, ...first], raw);
    expect(apart(stdout, await frameOf(foreign, 0))).toBe(0);
    const error = await desk.failure(reference);
    expect(error.code).toMatch(/^(corrupt|unsupported)_video$/);
    expect(error.message).not.toContain(desk.studio);
  });

  it('opens no playlist that lies in an AVI as its subtitles, and comes out without them', async () => {
    const avi = await makeVideo(desk.studio, { name: 'plain.avi' });
    const spoken = withSubtitleFile(avi, '1\n00:00:00,100 --> 00:00:00,900\nGood morning\n\n');
    await writeFile(join(desk.studio, 'spoken.avi'), spoken);
    const unguarded = ['-v', 'error', '-i', 'spoken.avi', '-map', '0:s', '-f', 'srt', '-'];
    const { stdout } = await promisify(execFile)('ffmpeg', unguarded, { cwd: desk.studio });
    expect(stdout).toContain('Good morning');
    const wish = { format: '480p', poster: false };
    const wanted = [...(await desk.run(spoken, wish)).saved.values()];
    expect(wanted.map((made) => made.includes('Good morning'))).toEqual([false]);
    for (const entry of [`${address}/a.ts`, `file://${desk.studio}/other/foreign.mp4`, 'file:///etc/passwd']) {
      const { saved } = await desk.run(withSubtitleFile(avi, playlist(entry)), wish);
      expect([...saved.values()]).toEqual(wanted);
    }
  });

  it('is refused when its frames are too large to be held in memory', async () => {
    const options = ['-frames:v', '1', '-vf', 'scale=6400:6400'];
    const bomb = await makeVideo(desk.studio, { sound: false, name: 'bomb.mp4', options });
    expect(bomb.length).toBeLessThan(2_000_000);
    const message = expect.stringContaining('6400 x 6400 pixels; at most 36 megapixels');
    expect(await desk.failure(bomb)).toMatchObject({ code: 'video_too_large', message });
  });

  it('is refused when its frames are larger than it says', async () => {
    const options = ['-frames:v', '1', '-vf', 'scale=6400:6400', '-c:v', 'mjpeg', '-q:v', '31', '-strict', '-2'];
    const bomb = await makeVideo(desk.studio, { sound: false, name: 'frames.avi', options });
    const liar = understated(bomb, 6400);
    expect(liar.equals(bomb)).toBe(false);
    expect(await desk.failure(liar)).toMatchObject({ code: 'unsupported_video' });
    await writeFile(join(desk.studio, 'liar.avi'), liar);
    const place = { folder: desk.studio, signal: new AbortController().signal };
    const decoding = runFfmpeg([...inputOptions('avi', 'liar.avi', 1), '-f', 'null', '-'], place);
    await expect(decoding).rejects.toMatchObject({ code: 'video_too_large' });
  });

  it('is refused when one of its codecs is not read, and says which', async () => {
    const options = ['-c:a', 'dca', '-strict', '-2'];
    const error = await desk.failure(await makeVideo(desk.studio, { name: 'dts.mkv', options }));
    expect(error.code).toBe('unsupported_video');
    expect(error.message).toContain('the codec dca');
  });

  it('is refused when it says that it lasts too long', async () => {
    const slow = await makeVideo(desk.studio, {
      sound: false,
      name: 'slow.mp4',
      options: ['-vf', 'setpts=PTS*20000', '-vsync', 'passthrough'],
    });
    expect(await desk.failure(slow)).toMatchObject({ code: 'video_too_long' });
  });

  it('is refused when it lasts too long and does not say so', async () => {
    const live = ['-c:v', 'libvpx', '-deadline', 'realtime', '-live', '1'];
    const options = ['-vf', 'setpts=PTS*20000,fps=1/1000', ...live];
    const slow = await makeVideo(desk.studio, { sound: false, name: 'slow.webm', options });
    expect(await desk.failure(slow)).toMatchObject({ code: 'video_too_long' });
  });

  it('is refused when it is music', async () => {
    expect(await desk.failure(await makeVideo(desk.studio, { name: 'music.m4a', options: ['-vn'] }))).toMatchObject({
      code: 'unsupported_video',
    });
  });

  it.each([0.3, 0.6])('is damaged when only the first %d of it is there', async (share) => {
    const options = ['-movflags', '+faststart'];
    const index = await makeVideo(desk.studio, { seconds: 8, name: 'index-first.mp4', options });
    const matroska = await makeVideo(desk.studio, { seconds: 8, name: 'cut.mkv' });
    for (const whole of [small, index, matroska]) {
      expect((await desk.failure(whole.subarray(0, Math.floor(whole.length * share)))).code).toBe('corrupt_video');
    }
  });

  it('is refused when it is empty', async () => {
    expect(await desk.failure(Buffer.alloc(0))).toMatchObject({ code: 'empty_file' });
  });

  it('is refused when its watermark cannot be used', async () => {
    const job = jobInMemory();
    const watermark = { image: job.give(Buffer.from('no image')) };
    const payload = plainToInstance(ProcessVideoPayload, { source: job.give(small), format: '480p', watermark });
    await expect(desk.handler().processVideo(payload, job.context)).rejects.toMatchObject({
      code: 'unsupported_image',
    });
  });

  it('leaves the app fit for the next good one', async () => {
    expect((await desk.run(small, { format: '480p', poster: false })).result.outputs).toHaveLength(1);
  });
});
