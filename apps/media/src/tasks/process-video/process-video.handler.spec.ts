import 'reflect-metadata';
import { execFile } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { plainToInstance } from 'class-transformer';
import sharp from 'sharp';
import { apart } from '../../../spec/apart.js';
import { startHttpTarget } from '../../../spec/http-target.js';
import { Turns } from '#libs/consumer';
import { jobInMemory } from '#libs/consumer-testing';
import { frameOf, makeVideo, subtitledVideo, turnedVideo } from '../../../spec/made-videos.js';
import { processesIn } from '../../../spec/processes.js';
import { VideoDesk, type VideoRun } from '../../../spec/video-desk.js';
import { probeVideo } from '../../ffmpeg/probe.js';
import { VideoSettings } from './video-settings.js';
import { ProcessVideoPayload } from './process-video.payload.js';

/** What encoding and scaling do to a frame, as {@link apart} measures it. */
const ENCODED = 12;

let desk: VideoDesk;
let small: Buffer;
/** Is worked on for longer than a progress is waited for. */
let long: Buffer;

beforeAll(async () => {
  desk = await VideoDesk.open();
  small = await makeVideo(desk.studio);
  long = await makeVideo(desk.studio, { width: 960, height: 540, seconds: 12, name: 'long.mp4' });
});

afterEach(async () => {
  expect(await desk.left()).toEqual([]);
});

afterAll(() => desk.close());

/** A file that a job stored, where ffmpeg can read it. */
async function stored({ saved }: VideoRun, name: string): Promise<string> {
  const file = join(desk.studio, `stored-${name}`);
  await writeFile(file, saved.get(name) ?? Buffer.alloc(0));
  return file;
}

/** A frame of the file that was stored, which says itself that it has this size and square pixels. */
async function storedFrame(done: VideoRun, size: { readonly width: number; readonly height: number }): Promise<Buffer> {
  const file = await stored(done, '480p.mp4');
  const entries = ['-show_entries', 'stream=width,height,sample_aspect_ratio:stream_side_data=rotation'];
  const probe = ['-v', 'error', '-select_streams', 'v', ...entries, '-of', 'json', file];
  const { stdout } = await promisify(execFile)('ffprobe', probe);
  expect(JSON.parse(stdout)).toMatchObject({ streams: [{ ...size, sample_aspect_ratio: '1:1' }] });
  expect(stdout).not.toContain('rotation');
  return frameOf(file, 0.5);
}

describe('media.process-video', () => {
  it('makes every size that was asked for in one go, none larger than the source', async () => {
    const source = await makeVideo(desk.studio, { width: 1280, height: 720, name: 'wide.mp4' });
    const done = await desk.run(source, { format: ['480p', '1080p'] });
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
      const facts = await probeVideo(`stored-${format}.mp4`, 'mov', { folder: desk.studio, signal: never });
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
    const { progress } = await desk.run(long, { format: '720p', poster: false });
    const percents = progress.map(({ percent }) => percent);
    expect(percents).toEqual([...percents].sort((a, b) => a - b));
    expect(percents.filter((percent) => percent > 0 && percent < 95).length).toBeGreaterThan(0);
    expect(percents.at(-1)).toBe(95);
    expect(progress[0]?.message).toMatch(/^720p: \d+ s done$/);
  });

  it('takes the key of a file as id', async () => {
    const job = jobInMemory();
    const payload = plainToInstance(ProcessVideoPayload, { id: job.give(small).key, format: '480p', poster: false });
    const { outputs, poster } = await desk.handler().processVideo(payload, job.context);
    expect(outputs).toMatchObject([{ format: '480p', width: 320, height: 240 }]);
    expect(poster).toBeNull();
    expect([...job.saved.keys()]).toEqual(['480p.mp4']);
  });

  it('takes the URL of a video, which the app fetches before ffmpeg sees it', async () => {
    const host = await startHttpTarget();
    host.answer((_request, response) => response.end(small));
    expect((await desk.runFrom(host)).outputs).toMatchObject([{ width: 320, height: 240 }]);
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
    const source = await makeVideo(desk.studio, { name: `made.${extension}`, options });
    const { result } = await desk.run(source, { format: '480p', poster: false });
    expect(result).toMatchObject({ source: { container }, outputs: [{ width: 320, height: 240 }] });
  });

  it('reads a silent video, and one that does not say how long it lasts', async () => {
    const silent = await makeVideo(desk.studio, { sound: false, name: 'silent.mp4' });
    expect((await desk.run(silent, { format: '480p' })).result.source.audioCodec).toBeNull();
    const live = ['-c:v', 'libvpx', '-deadline', 'realtime', '-c:a', 'libopus', '-live', '1'];
    const recording = await makeVideo(desk.studio, { name: 'live.webm', options: live });
    const { result } = await desk.run(recording, { format: '480p' });
    expect(result.source.duration).toBeNull();
    expect(result.outputs[0]?.duration).toBeGreaterThan(0.5);
  });

  it('turns a video upright, and makes pixels square', async () => {
    const original = await frameOf(join(desk.studio, 'made.mp4'), 0.5);
    const raw = { width: 320, height: 240, channels: 3 } as const;
    const turned = await desk.run(await turnedVideo(desk.studio, 'made.mp4'), { format: '480p' });
    expect(turned.result.outputs).toMatchObject([{ width: 240, height: 320 }]);
    const [clockwise, back] = await Promise.all(
      [90, 270].map((angle) => sharp(original, { raw }).rotate(angle).raw().toBuffer()),
    );
    const upright = await storedFrame(turned, { width: 240, height: 320 });
    expect(Math.min(apart(upright, clockwise), apart(upright, back))).toBeLessThan(ENCODED);
    expect(Math.max(apart(upright, clockwise), apart(upright, back))).toBeGreaterThan(3 * ENCODED);

    const narrow = await makeVideo(desk.studio, { name: 'squeezed.mp4', options: ['-vf', 'setsar=2'] });
    const wide = await desk.run(narrow, { format: '480p' });
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
      parts.push(await makeVideo(desk.studio, { seconds: 3, name: `from-${String(start)}.ts`, options }));
    }
    const { result } = await desk.run(Buffer.concat(parts), { format: '480p', poster: false });
    expect(result.source.duration).toBeNull();
    expect(Math.abs((result.outputs[0]?.duration ?? 0) - 6)).toBeLessThan(0.3);
  });

  it.each([
    ['mkv', 'srt'],
    ['mp4', 'mov_text'],
  ])('reads a .%s whose last subtitle is shown when the video is over', async (extension, codec) => {
    await makeVideo(desk.studio, { seconds: 3, name: `short.${extension}` });
    const { result } = await desk.run(await subtitledVideo(desk.studio, `short.${extension}`, codec), {
      format: '480p',
    });
    for (const duration of [result.source.duration, result.outputs[0]?.duration]) {
      expect(Math.abs((duration ?? 0) - 3)).toBeLessThan(0.3);
    }
  });

  it.each(['S_HDMV/PGS', 'S_VOBSUB', 'S_DVBSUB'])('reads a video whose subtitles are pictures: %s', async (codec) => {
    await makeVideo(desk.studio, { name: 'pictured.mkv' });
    const texts = (await subtitledVideo(desk.studio, 'pictured.mkv', 'srt')).toString('latin1');
    const source = Buffer.from(texts.replace('S_TEXT/UTF8', codec.padEnd('S_TEXT/UTF8'.length, '\0')), 'latin1');
    expect(source.includes(codec)).toBe(true);
    expect((await desk.run(source, { format: '480p', poster: false })).result.outputs).toHaveLength(1);
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
    const job = jobInMemory();
    const payload = plainToInstance(ProcessVideoPayload, { source: job.give(small), format: '480p', poster: false });
    const asked = once(news, 'asked');
    const running = desk.handler(undefined, new VideoSettings('', turns)).processVideo(payload, job.context);
    await asked;
    expect(await processesIn(desk.folder)).toEqual([]);
    news.emit('over');
    await other;
    expect((await running).outputs).toHaveLength(1);
  });

  it('draws the poster of a video that is one frame', async () => {
    const still = await makeVideo(desk.studio, { sound: false, name: 'still.mp4', options: ['-frames:v', '1'] });
    const { saved } = await desk.run(still, { format: '480p' });
    expect(await sharp(saved.get('poster.jpg')).metadata()).toMatchObject({ format: 'jpeg', width: 320, height: 240 });
  });

  it.each([
    ['a text', '© Example'],
    ['true', true],
    ['a text that looks like a filter', "':x=0,drawtext=textfile=/etc/passwd%{pts}\\"],
    ['a position of its own', { text: 'Leveret', position: 'northwest', opacity: 1 }],
  ])('lays a watermark over it: %s', async (_what, watermark) => {
    const plain = await desk.run(small, { format: '480p', poster: false });
    const marked = await desk.run(small, { format: '480p', watermark });
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
    const result = await desk.handler().processVideo(payload, job.context);
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
    await expect(desk.run(long, { format: '720p' }, { signal: stop.signal, onProgress })).rejects.toThrow('cancelled');
  });

  it('fails one attempt when ffmpeg is killed, and the next video works', async () => {
    const onProgress = (): void => {
      void processesIn(desk.folder).then((pids) => {
        for (const pid of pids) process.kill(pid, 'SIGKILL');
      });
    };
    const running = desk.run(long, { format: '720p' }, { onProgress });
    await expect(running).rejects.toMatchObject({ name: 'TemporaryError', code: 'video_worker_crashed' });
    expect((await desk.run(small, { format: '480p' })).result.outputs).toHaveLength(1);
  });

  it('says how ffmpeg is installed where it is missing', async () => {
    // eslint-disable-next-line no-restricted-properties -- a machine without ffmpeg is one whose PATH leads to none
    const environment = process.env;
    const path = environment['PATH'];
    environment['PATH'] = await mkdtemp(join(desk.studio, 'empty-'));
    try {
      await expect(desk.run(small, { format: '480p' })).rejects.toMatchObject({
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
    environment['PATH'] = await mkdtemp(join(desk.studio, 'broken-'));
    await writeFile(join(environment['PATH'], 'ffprobe'), 'no program', { mode: 0o644 });
    try {
      await expect(desk.run(small, { format: '480p' })).rejects.toMatchObject({
        name: 'TemporaryError',
        code: 'ffmpeg_missing',
        message: expect.stringContaining('not the fault of the video') as unknown,
      });
    } finally {
      environment['PATH'] = path;
    }
  });
});
