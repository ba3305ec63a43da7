import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** What a test wants a video to be. */
export interface VideoWish {
  readonly width?: number;
  readonly height?: number;
  readonly seconds?: number;
  readonly sound?: boolean;
  /** The end of its name tells the container. */
  readonly name?: string;
  /** Further options of ffmpeg, before the output. */
  readonly options?: readonly string[];
}

/** Makes a small video with ffmpeg: a grey picture with a white field that moves, and a tone. */
export async function makeVideo(folder: string, wish: VideoWish = {}): Promise<Buffer> {
  const { width = 320, height = 240, seconds = 1, sound = true, name = 'made.mp4', options = [] } = wish;
  const picture = `testsrc2=size=${String(width)}x${String(height)}:rate=10:duration=${String(seconds)}`;
  const tone = ['-f', 'lavfi', '-i', `sine=duration=${String(seconds)}`];
  const file = join(folder, name);
  await promisify(execFile)('ffmpeg', [
    ...['-v', 'error', '-y', '-f', 'lavfi', '-i', picture, ...(sound ? tone : [])],
    ...['-pix_fmt', 'yuv420p', '-preset', 'ultrafast', '-metadata', 'title=Secret title', ...options, file],
  ]);
  return readFile(file);
}

/** The same video lying on its side, with a note that it has to be turned. */
export async function turnedVideo(folder: string, name: string): Promise<Buffer> {
  const turned = join(folder, `turned-${name}`);
  const copy = ['-i', join(folder, name), '-c', 'copy', '-metadata:s:v:0', 'rotate=90', turned];
  await promisify(execFile)('ffmpeg', ['-v', 'error', '-y', ...copy]);
  return readFile(turned);
}

/** The same video, with a subtitle that is shown long after it has ended. */
export async function subtitledVideo(folder: string, name: string, codec: string): Promise<Buffer> {
  const [text, subtitled] = [join(folder, `${name}.srt`), join(folder, `subtitled-${name}`)];
  await writeFile(text, '1\n00:00:28,000 --> 00:00:30,000\nThe end\n');
  const copy = ['-i', join(folder, name), '-i', text, '-c', 'copy', '-c:s', codec, subtitled];
  await promisify(execFile)('ffmpeg', ['-v', 'error', '-y', ...copy]);
  return readFile(subtitled);
}

/** A frame of a video as raw RGB. */
export async function frameOf(video: string, at: number): Promise<Buffer> {
  const { stdout } = await promisify(execFile)(
    'ffmpeg',
    ['-v', 'error', '-ss', String(at), '-i', video, '-frames:v', '1', '-pix_fmt', 'rgb24', '-f', 'rawvideo', '-'],
    { encoding: 'buffer', maxBuffer: 64 * 1024 * 1024 },
  );
  return stdout;
}
