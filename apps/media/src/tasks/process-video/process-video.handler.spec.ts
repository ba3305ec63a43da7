import 'reflect-metadata';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { EventEmitter, once } from 'node:events';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { plainToInstance } from 'class-transformer';
import sharp from 'sharp';
import { PermanentError } from '#libs/consumer';
import { Screen } from '../../../../../tools/console/screen.js';
import { ensureFfmpeg } from '../../../../../tools/local-nodes/ffmpeg-program.js';
import { compileApp, type CompiledApp } from '../../../spec/compiled-app.js';
import { jobInMemory, type JobInMemory, type JobOptions } from '../../../spec/job-in-memory.js';
import { quickTimeReference, understated } from '../../../spec/hostile-videos.js';
import { type HttpTarget, startHttpTarget } from '../../../spec/http-target.js';
import { frameOf, makeVideo, subtitledVideo, turnedVideo } from '../../../spec/made-videos.js';
import { processesIn } from '../../../spec/processes.js';
import { runFfmpeg } from '../../ffmpeg/ffmpeg.js';
import { inputOptions } from '../../ffmpeg/input-options.js';
import { probeVideo } from '../../ffmpeg/probe.js';
import { ImagePool } from '../../image-pool/image-pool.js';
import { WebFiles } from '../../sources/web-files.js';
import { Turns } from '../../turns.js';
import { Workspaces } from '../../workspace/workspaces.js';
import { ProcessVideoHandler, type ProcessVideoResult, VideoSettings } from './process-video.handler.js';
import { ProcessVideoPayload } from './process-video.payload.js';

/** What encoding and scaling do to a frame, as {@link apart} measures it. */
const ENCODED = 12;

let app: CompiledApp;
let pool: ImagePool;
/** Where videos are made; not where the handler works. */
let studio: string;
let folder: string;
let handler: ProcessVideoHandler;
let small: Buffer;
/** Is worked on for longer than a progress is waited for. */
let long: Buffer;

beforeAll(async () => {
  await ensureFfmpeg(new Screen(process.stderr));
  app = await compileApp();
  pool = new ImagePool({ entry: app.url('image-pool/child-main.ts') });
  studio = await mkdtemp(join(tmpdir(), 'process-video-studio-'));
  small = await makeVideo(studio);
  long = await makeVideo(studio, { width: 960, height: 540, seconds: 12, name: 'long.mp4' });
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'process-video-spec-'));
  handler = new ProcessVideoHandler(pool, new Workspaces(folder), new WebFiles([]), new VideoSettings('Leveret'));
});

afterEach(async () => {
  expect(await readdir(folder)).toEqual([]);
  expect(await processesIn(folder)).toEqual([]);
  await rm(folder, { recursive: true });
});

afterAll(async () => {
  await pool.close();
  await app.remove();
  await rm(studio, { recursive: true });
});

interface Run extends JobInMemory {
  readonly result: ProcessVideoResult;
}

async function run(source: Buffer, wish: object, options: JobOptions = {}): Promise<Run> {
  const job = jobInMemory(options);
  const payload = plainToInstance(ProcessVideoPayload, { source: job.give(source), ...wish });
  return { ...job, result: await handler.processVideo(payload, job.context) };
}

/** A job with a source on a host that may be asked, and no other. */
async function runFrom({ url, pair }: HttpTarget): Promise<ProcessVideoResult> {
  const web = new WebFiles([pair]);
  const allowed = new ProcessVideoHandler(pool, new Workspaces(folder), web, new VideoSettings('Leveret'));
  const payload = plainToInstance(ProcessVideoPayload, { source: `${url}/made.mp4`, format: '480p', poster: false });
  return allowed.processVideo(payload, jobInMemory().context).finally(() => web.onApplicationShutdown());
}

/** A file that a job stored, where ffmpeg can read it. */
async function stored({ saved }: Run, name: string): Promise<string> {
  const file = join(studio, `stored-${name}`);
  await writeFile(file, saved.get(name) ?? Buffer.alloc(0));
  return file;
}

/** A frame of the file that was stored, which says itself that it has this size and square pixels. */
async function storedFrame(done: Run, size: { readonly width: number; readonly height: number }): Promise<Buffer> {
  const file = await stored(done, '480p.mp4');
  const entries = ['-show_entries', 'stream=width,height,sample_aspect_ratio:stream_side_data=rotation'];
  const probe = ['-v', 'error', '-select_streams', 'v', ...entries, '-of', 'json', file];
  const { stdout } = await promisify(execFile)('ffprobe', probe);
  expect(JSON.parse(stdout)).toMatchObject({ streams: [{ ...size, sample_aspect_ratio: '1:1' }] });
  expect(stdout).not.toContain('rotation');
  return frameOf(file, 0.5);
}

/** How far two frames are apart, byte by byte: 0 to 255. */
function apart(a: Buffer, b: Buffer = Buffer.alloc(0)): number {
  expect(a.length).toBe(b.length);
  return a.reduce((sum, byte, at) => sum + Math.abs(byte - (b[at] ?? 0)), 0) / a.length;
}

async function failure(source: Buffer, wish: object = { format: '480p' }): Promise<PermanentError> {
  const error: unknown = await run(source, wish).catch((thrown: unknown) => thrown);
  if (!(error instanceof PermanentError)) throw new Error(`Expected a PermanentError, got ${String(error)}`);
  return error;
}

describe('media.process-video', () => {
  it('makes every size that was asked for in one go, none larger than the source', async () => {
    const source = await makeVideo(studio, { width: 1280, height: 720, name: 'wide.mp4' });
    const done = await run(source, { format: ['480p', '1080p'] });
    expect(done.result).toMatchObject({
      source: { container: 'mov', width: 1280, height: 720, frameRate: 10, videoCodec: 'h264', audioCodec: 'aac' },
      outputs: [
        { format: '480p', width: 854, height: 480, file: { filename: '480p.mp4' } },
        { format: '1080p', width: 1280, height: 720, file: { filename: '1080p.mp4' } },
      ],
      poster: { filename: 'poster.jpg' },
    });
    await storedFrame(done, { width: 854, height: 480 });
    for (const { format, width, height, duration } of done.result.outputs) {
      const file = await stored(done, `${format}.mp4`);
      const never = new AbortController().signal;
      const facts = await probeVideo(`stored-${format}.mp4`, 'mov', { folder: studio, signal: never });
      expect(facts).toMatchObject({ width, height, duration, videoCodec: 'h264', audioCodec: 'aac' });
      expect(Math.abs(duration - 1)).toBeLessThan(0.2);
      const content = await readFile(file);
      expect(content.indexOf('moov')).toBeLessThan(content.indexOf('mdat'));
      expect(content.includes('Secret title')).toBe(false);
    }
    expect(await sharp(done.saved.get('poster.jpg')).metadata()).toMatchObject({
      format: 'jpeg',
      width: 1280,
      height: 720,
    });
  });

  it('tells how far ffmpeg has come', async () => {
    const { progress } = await run(long, { format: '720p', poster: false });
    const percents = progress.map(({ percent }) => percent);
    expect(percents).toEqual([...percents].sort((a, b) => a - b));
    expect(percents.filter((percent) => percent > 0 && percent < 95).length).toBeGreaterThan(0);
    expect(percents.at(-1)).toBe(95);
    expect(progress[0]?.message).toMatch(/^720p: \d+ s done$/);
  });

  it('takes the key of a file as id', async () => {
    const job = jobInMemory();
    const payload = plainToInstance(ProcessVideoPayload, { id: job.give(small).key, format: '480p', poster: false });
    const { outputs, poster } = await handler.processVideo(payload, job.context);
    expect(outputs).toMatchObject([{ format: '480p', width: 320, height: 240 }]);
    expect(poster).toBeNull();
    expect([...job.saved.keys()]).toEqual(['480p.mp4']);
  });

  it('takes the URL of a video, which the app fetches before ffmpeg sees it', async () => {
    const host = await startHttpTarget();
    host.answer((_request, response) => response.end(small));
    expect((await runFrom(host)).outputs).toMatchObject([{ width: 320, height: 240 }]);
    expect(host.seen).toMatchObject([{ headers: { 'user-agent': 'Leveret/1 (media)' } }]);
    await host.stop();
  });

  it.each([
    ['webm', 'matroska', ['-c:v', 'libvpx', '-deadline', 'realtime', '-c:a', 'libopus']],
    ['mkv', 'matroska', []],
    ['avi', 'avi', ['-c:v', 'mpeg4', '-c:a', 'mp3']],
    ['ts', 'mpegts', []],
    ['mov', 'mov', []],
  ])('reads .%s', async (extension, container, options) => {
    const source = await makeVideo(studio, { name: `made.${extension}`, options });
    const { result } = await run(source, { format: '480p', poster: false });
    expect(result).toMatchObject({ source: { container }, outputs: [{ width: 320, height: 240 }] });
  });

  it('reads a silent video, and one that does not say how long it lasts', async () => {
    const silent = await makeVideo(studio, { sound: false, name: 'silent.mp4' });
    expect((await run(silent, { format: '480p' })).result.source.audioCodec).toBeNull();
    const live = ['-c:v', 'libvpx', '-deadline', 'realtime', '-c:a', 'libopus', '-live', '1'];
    const recording = await makeVideo(studio, { name: 'live.webm', options: live });
    const { result } = await run(recording, { format: '480p' });
    expect(result.source.duration).toBeNull();
    expect(result.outputs[0]?.duration).toBeGreaterThan(0.5);
  });

  it('turns a video upright, and makes pixels square', async () => {
    const original = await frameOf(join(studio, 'made.mp4'), 0.5);
    const raw = { width: 320, height: 240, channels: 3 } as const;
    const turned = await run(await turnedVideo(studio, 'made.mp4'), { format: '480p' });
    expect(turned.result.outputs).toMatchObject([{ width: 240, height: 320 }]);
    const [clockwise, back] = await Promise.all(
      [90, 270].map((angle) => sharp(original, { raw }).rotate(angle).raw().toBuffer()),
    );
    const upright = await storedFrame(turned, { width: 240, height: 320 });
    expect(Math.min(apart(upright, clockwise), apart(upright, back))).toBeLessThan(ENCODED);
    expect(Math.max(apart(upright, clockwise), apart(upright, back))).toBeGreaterThan(3 * ENCODED);

    const narrow = await makeVideo(studio, { name: 'squeezed.mp4', options: ['-vf', 'setsar=2'] });
    const wide = await run(narrow, { format: '480p' });
    expect(wide.result.outputs).toMatchObject([{ width: 640, height: 240 }]);
    const widened = await sharp(original, { raw }).resize(640, 240, { fit: 'fill' }).raw().toBuffer();
    expect(apart(await storedFrame(wide, { width: 640, height: 240 }), widened)).toBeLessThan(ENCODED);
  });

  it.each([
    ['forwards', [0, 100]],
    ['backwards', [100, 0]],
  ] as const)('reads joined recordings whole, also where the clock jumps %s', async (_where, starts) => {
    const parts: Buffer[] = [];
    for (const start of starts) {
      const options = ['-output_ts_offset', String(start)];
      parts.push(await makeVideo(studio, { seconds: 3, name: `from-${String(start)}.ts`, options }));
    }
    const { result } = await run(Buffer.concat(parts), { format: '480p', poster: false });
    expect(result.source.duration).toBeNull();
    expect(Math.abs((result.outputs[0]?.duration ?? 0) - 6)).toBeLessThan(0.3);
  });

  it.each([
    ['mkv', 'srt'],
    ['mp4', 'mov_text'],
  ])('reads a .%s whose last subtitle is shown when the video is over', async (extension, codec) => {
    await makeVideo(studio, { seconds: 3, name: `short.${extension}` });
    const { result } = await run(await subtitledVideo(studio, `short.${extension}`, codec), { format: '480p' });
    for (const duration of [result.source.duration, result.outputs[0]?.duration]) {
      expect(Math.abs((duration ?? 0) - 3)).toBeLessThan(0.3);
    }
  });

  it.each(['S_HDMV/PGS', 'S_VOBSUB', 'S_DVBSUB'])('reads a video whose subtitles are pictures: %s', async (codec) => {
    await makeVideo(studio, { name: 'pictured.mkv' });
    const texts = (await subtitledVideo(studio, 'pictured.mkv', 'srt')).toString('latin1');
    const source = Buffer.from(texts.replace('S_TEXT/UTF8', codec.padEnd('S_TEXT/UTF8'.length, '\0')), 'latin1');
    expect(source.includes(codec)).toBe(true);
    expect((await run(source, { format: '480p', poster: false })).result.outputs).toHaveLength(1);
  });

  it('waits with transcoding for its turn', async () => {
    const news = new EventEmitter();
    class Watched extends Turns {
      override take<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
        news.emit('asked');
        return super.take(signal, work);
      }
    }
    const turns = new Watched(1);
    const other = turns.take(new AbortController().signal, () => once(news, 'over'));
    handler = new ProcessVideoHandler(pool, new Workspaces(folder), new WebFiles([]), new VideoSettings('', turns));
    const asked = once(news, 'asked');
    const running = run(small, { format: '480p' });
    await asked;
    expect(await processesIn(folder)).toEqual([]);
    news.emit('over');
    await other;
    expect((await running).result.outputs).toHaveLength(1);
  });

  it('draws the poster of a video that is one frame', async () => {
    const still = await makeVideo(studio, { sound: false, name: 'still.mp4', options: ['-frames:v', '1'] });
    const { saved } = await run(still, { format: '480p' });
    expect(await sharp(saved.get('poster.jpg')).metadata()).toMatchObject({ format: 'jpeg', width: 320, height: 240 });
  });

  it.each([
    ['a text', '© Example'],
    ['true', true],
    ['a text that looks like a filter', "':x=0,drawtext=textfile=/etc/passwd%{pts}\\"],
    ['a position of its own', { text: 'Leveret', position: 'northwest', opacity: 1 }],
  ])('lays a watermark over it: %s', async (_what, watermark) => {
    const plain = await run(small, { format: '480p', poster: false });
    const marked = await run(small, { format: '480p', watermark });
    const [before, after] = [
      await frameOf(await stored(plain, '480p.mp4'), 0.5),
      await frameOf(await stored(marked, '480p.mp4'), 0.5),
    ];
    const changed = before.filter((byte, at) => Math.abs(byte - (after[at] ?? 0)) > 40).length;
    expect(changed).toBeGreaterThan(200);
    expect(changed).toBeLessThan(before.length / 10);
  });

  it('may lay a stored image over it', async () => {
    const job = jobInMemory();
    const red = { create: { width: 80, height: 60, channels: 3, background: '#f00' } } as const;
    const image = job.give(await sharp(red).png().toBuffer());
    const watermark = { image, opacity: 1, position: 'center' };
    const payload = plainToInstance(ProcessVideoPayload, { source: job.give(small), format: '480p', watermark });
    const result = await handler.processVideo(payload, job.context);
    const frame = await frameOf(await stored({ ...job, result }, '480p.mp4'), 0.5);
    const middle = 3 * (120 * 320 + 160);
    expect(frame[middle]).toBeGreaterThan(200);
    expect(frame[middle + 1]).toBeLessThan(60);
  });
});

describe('an interruption', () => {
  it('kills ffmpeg and removes what it wrote when the job is aborted in the middle', async () => {
    const stop = new AbortController();
    const onProgress = (): void => {
      stop.abort(new Error('cancelled'));
    };
    await expect(run(long, { format: '720p' }, { signal: stop.signal, onProgress })).rejects.toThrow('cancelled');
  });

  it('fails one attempt when ffmpeg is killed, and the next video works', async () => {
    const onProgress = (): void => {
      void processesIn(folder).then((pids) => {
        for (const pid of pids) process.kill(pid, 'SIGKILL');
      });
    };
    const running = run(long, { format: '720p' }, { onProgress });
    await expect(running).rejects.toMatchObject({ name: 'TemporaryError', code: 'video_worker_crashed' });
    expect((await run(small, { format: '480p' })).result.outputs).toHaveLength(1);
  });

  it('says how ffmpeg is installed where it is missing', async () => {
    // eslint-disable-next-line no-restricted-properties -- a machine without ffmpeg is one whose PATH leads to none
    const environment = process.env;
    const path = environment['PATH'];
    environment['PATH'] = await mkdtemp(join(studio, 'empty-'));
    try {
      await expect(run(small, { format: '480p' })).rejects.toMatchObject({
        code: 'ffmpeg_missing',
        message: expect.stringContaining('sudo apt-get install') as unknown,
      });
    } finally {
      environment['PATH'] = path;
    }
  });

  it('is tried again where ffmpeg cannot be run', async () => {
    // eslint-disable-next-line no-restricted-properties -- a machine with a broken ffmpeg is one whose PATH leads to it
    const environment = process.env;
    const path = environment['PATH'];
    environment['PATH'] = await mkdtemp(join(studio, 'broken-'));
    await writeFile(join(environment['PATH'], 'ffprobe'), 'no program', { mode: 0o644 });
    try {
      await expect(run(small, { format: '480p' })).rejects.toMatchObject({
        name: 'TemporaryError',
        code: 'ffmpeg_missing',
        message: expect.stringContaining('not the fault of the video') as unknown,
      });
    } finally {
      environment['PATH'] = path;
    }
  });
});

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
    await mkdir(join(studio, 'other'));
    await writeFile(join(studio, 'other', 'foreign.mp4'), small);
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
    ['a playlist of a foreign file', () => playlist(`file://${studio}/other/foreign.mp4`)],
    ['a playlist of a foreign text', () => playlist('file:///etc/passwd')],
    ['a playlist that joins foreign files', () => playlist(`concat:/etc/passwd|${studio}/other/foreign.mp4`)],
    ['a playlist of a part of a foreign file', () => playlist(`subfile,,start,0,end,99,,:${studio}/other/foreign.mp4`)],
    ['a playlist of what it holds itself', () => playlist('data:video/mp4;base64,AAAA')],
    ['a list of files to join', () => `ffconcat version 1.0\nfile ${studio}/other/foreign.mp4\n`],
    ['a manifest of an address', () => `<?xml version="1.0"?><MPD><BaseURL>${address}/</BaseURL></MPD>`],
    ['subtitles', () => 'WEBVTT\n\n00:00.000 --> 00:01.000\nGood morning\n'],
    ['a session description', () => `v=0\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n`],
    ['a picture', () => '\x89PNG\r\n\x1a\n'],
  ])('is refused when it is %s', async (_what, content) => {
    expect(await failure(Buffer.from(content(), 'latin1'))).toMatchObject({ code: 'unsupported_video' });
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
    await expect(runFrom(host)).rejects.toMatchObject({ name: 'PermanentError', code });
    expect(host.seen).toHaveLength(1);
    await host.stop();
  });

  it.each([
    ['an MP4', '\0\0\0\x18ftypisom\0\0\0\0isomiso2'],
    ['a Matroska file', '\x1a\x45\xdf\xa3'],
    ['an AVI', 'RIFF\xff\0\0\0AVI LIST'],
  ])('is damaged when it is a playlist behind the beginning of %s', async (_what, head) => {
    for (const entry of [`${address}/a.ts`, `file://${studio}/other/foreign.mp4`]) {
      const error = await failure(Buffer.from(head + playlist(entry), 'latin1'));
      expect(error.code).toMatch(/^(corrupt|unsupported)_video$/);
      expect(error.message).not.toContain(studio);
    }
  });

  it('does not follow the references of a QuickTime file to another', async () => {
    const foreign = join(studio, 'other', 'foreign.mp4');
    const reference = quickTimeReference(small, foreign);
    await writeFile(join(studio, 'reference.mov'), reference);
    const unguarded = ['-v', 'error', '-enable_drefs', '1', '-use_absolute_path', '1', '-i', 'reference.mov'];
    const first = ['-frames:v', '1', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'];
    const raw = { cwd: studio, encoding: 'buffer' } as const;
    const { stdout } = await promisify(execFile)('ffmpeg', [...unguarded, ...first], raw);
    expect(apart(stdout, await frameOf(foreign, 0))).toBe(0);
    const error = await failure(reference);
    expect(error.code).toMatch(/^(corrupt|unsupported)_video$/);
    expect(error.message).not.toContain(studio);
  });

  it('is refused when its frames are too large to be held in memory', async () => {
    const options = ['-frames:v', '1', '-vf', 'scale=6400:6400'];
    const bomb = await makeVideo(studio, { sound: false, name: 'bomb.mp4', options });
    expect(bomb.length).toBeLessThan(2_000_000);
    expect(await failure(bomb)).toMatchObject({ code: 'video_too_large' });
  });

  it('is refused when its frames are larger than it says', async () => {
    const options = ['-frames:v', '1', '-vf', 'scale=6400:6400', '-c:v', 'mjpeg', '-q:v', '31', '-strict', '-2'];
    const bomb = await makeVideo(studio, { sound: false, name: 'frames.avi', options });
    const liar = understated(bomb, 6400);
    expect(liar.equals(bomb)).toBe(false);
    expect(await failure(liar)).toMatchObject({ code: 'unsupported_video' });
    await writeFile(join(studio, 'liar.avi'), liar);
    const place = { folder: studio, signal: new AbortController().signal };
    const decoding = runFfmpeg([...inputOptions('avi', 'liar.avi', 1), '-f', 'null', '-'], place);
    await expect(decoding).rejects.toMatchObject({ code: 'video_too_large' });
  });

  it('is refused when one of its codecs is not read, and says which', async () => {
    const options = ['-c:a', 'dca', '-strict', '-2'];
    const error = await failure(await makeVideo(studio, { name: 'dts.mkv', options }));
    expect(error.code).toBe('unsupported_video');
    expect(error.message).toContain('the codec dca');
  });

  it('is refused when it says that it lasts too long', async () => {
    const slow = await makeVideo(studio, {
      sound: false,
      name: 'slow.mp4',
      options: ['-vf', 'setpts=PTS*20000', '-vsync', 'passthrough'],
    });
    expect(await failure(slow)).toMatchObject({ code: 'video_too_long' });
  });

  it('is refused when it lasts too long and does not say so', async () => {
    const live = ['-c:v', 'libvpx', '-deadline', 'realtime', '-live', '1'];
    const options = ['-vf', 'setpts=PTS*20000,fps=1/1000', ...live];
    const slow = await makeVideo(studio, { sound: false, name: 'slow.webm', options });
    expect(await failure(slow)).toMatchObject({ code: 'video_too_long' });
  });

  it('is refused when it is music', async () => {
    expect(await failure(await makeVideo(studio, { name: 'music.m4a', options: ['-vn'] }))).toMatchObject({
      code: 'unsupported_video',
    });
  });

  it.each([0.3, 0.6])('is damaged when only the first %d of it is there', async (share) => {
    const options = ['-movflags', '+faststart'];
    const index = await makeVideo(studio, { seconds: 8, name: 'index-first.mp4', options });
    const matroska = await makeVideo(studio, { seconds: 8, name: 'cut.mkv' });
    for (const whole of [small, index, matroska]) {
      expect((await failure(whole.subarray(0, Math.floor(whole.length * share)))).code).toBe('corrupt_video');
    }
  });

  it('is refused when it is empty', async () => {
    expect(await failure(Buffer.alloc(0))).toMatchObject({ code: 'empty_file' });
  });

  it('is refused when its watermark cannot be used', async () => {
    const job = jobInMemory();
    const watermark = { image: job.give(Buffer.from('no image')) };
    const payload = plainToInstance(ProcessVideoPayload, { source: job.give(small), format: '480p', watermark });
    await expect(handler.processVideo(payload, job.context)).rejects.toMatchObject({ code: 'unsupported_image' });
  });

  it('leaves the app fit for the next good one', async () => {
    expect((await run(small, { format: '480p', poster: false })).result.outputs).toHaveLength(1);
  });
});
