import { availableParallelism } from 'node:os';
import { VideoProblem } from '../../ffmpeg/errors.js';
import { type Place, runFfmpeg } from '../../ffmpeg/ffmpeg.js';
import { inputOptions } from '../../ffmpeg/input-options.js';
import { type VideoKind } from '../../ffmpeg/video-kind.js';
import { type MarkPlace } from '../../watermark/draw-marks.js';

/** Seconds that a video may last. */
export const MAX_SECONDS = 4 * 3_600;
/** An encoder alone is quickest on all cores, but others are at work beside it. */
const THREADS = Math.min(4, Math.max(1, Math.floor(availableParallelism() / 2)));
/** Videos that are transcoded at once in an app: as many as keep all cores busy, for each one holds much in memory. */
export const TRANSCODED_AT_ONCE = Math.max(1, Math.floor(availableParallelism() / THREADS));
/** Where writing ends in any case: far enough behind that a video of few frames is seen to last too long. */
const MOST_WRITTEN_SECONDS = String(2 * MAX_SECONDS);
const MAX_FRAME_RATE = '60';
/** About what a viewer cannot tell from the source. */
const VIDEO_QUALITY = ['-preset', 'veryfast', '-crf', '23'];
const AUDIO_QUALITY = ['-b:a', '128k', '-ac', '2'];
const PROGRESS_EVERY_SECONDS = '0.5';
const MICROSECONDS = 1_000_000;

/** A size of the video that is to be written. */
export interface Rendition {
  readonly width: number;
  readonly height: number;
  /** The file it is written to, and of the mark that is laid over it; names in the folder of the run. */
  readonly target: string;
  readonly mark?: { readonly file: string; readonly place: MarkPlace } | undefined;
}

/** What is made of a video. */
export interface Transcoding {
  readonly source: string;
  readonly kind: VideoKind;
  /** The video's place among the streams of its file. */
  readonly stream: number;
  readonly renditions: readonly Rendition[];
}

/**
 * Writes every rendition while the source is decoded once: H.264 and AAC in an MP4 that plays before it is loaded whole,
 * without metadata. It ends when more comes than a video may last, whatever the file said.
 * @param tell hears how many seconds of the video are done
 * @throws VideoProblem `video_too_long`, and as `runFfmpeg`
 */
export function transcode(work: Transcoding, place: Place, tell: (seconds: number) => void): Promise<void> {
  const progress = ['-progress', 'pipe:1', '-stats_period', PROGRESS_EVERY_SECONDS];
  const tooMuch = new AbortController();
  const signal = AbortSignal.any([place.signal, tooMuch.signal]);
  return runFfmpeg([...progress, ...transcodingOptions(work)], { ...place, signal }, (line) => {
    const [name, value] = line.split('=');
    const seconds = Number(value) / MICROSECONDS;
    if (name !== 'out_time_us' || !(seconds > 0)) return;
    if (seconds > MAX_SECONDS) tooMuch.abort(tooLong());
    else tell(seconds);
  });
}

/** What a video that lasts longer than it may is refused with. */
export function tooLong(): VideoProblem {
  return new VideoProblem('video_too_long', `The video lasts longer than ${String(MAX_SECONDS / 3_600)} hours`);
}

function transcodingOptions({ source, kind, stream, renditions }: Transcoding): readonly string[] {
  const marks = renditions.flatMap(({ mark }) => (mark === undefined ? [] : [mark]));
  return [
    ...['-filter_complex_threads', String(THREADS)],
    ...inputOptions(kind, source, THREADS),
    ...marks.flatMap(({ file }) => inputOptions('png_pipe', file, 1)),
    ...['-filter_complex', filters(stream, renditions)],
    ...renditions.flatMap(outputOptions),
  ];
}

function outputOptions({ target }: Rendition, index: number): readonly string[] {
  return [
    ...['-map', `[out${String(index)}]`, '-map', '0:a:0?', '-sn', '-dn'],
    ...['-map_metadata', '-1', '-map_chapters', '-1'],
    ...['-t', MOST_WRITTEN_SECONDS, '-fpsmax', MAX_FRAME_RATE],
    ...['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-threads', String(THREADS), ...VIDEO_QUALITY],
    ...['-c:a', 'aac', ...AUDIO_QUALITY, '-movflags', '+faststart', '-f', 'mp4', `file:./${target}`],
  ];
}

/** One decoded video, scaled to every size; nothing in it comes from a user but numbers. */
function filters(stream: number, renditions: readonly Rendition[]): string {
  const copies = renditions.map((_, index) => `[copy${String(index)}]`).join('');
  const chains: string[] = [`[0:${String(stream)}]split=${String(renditions.length)}${copies}`];
  let input = 0;
  for (const [index, { width, height, mark }] of renditions.entries()) {
    const [copy, out] = [`[copy${String(index)}]`, `[out${String(index)}]`];
    const scaled = `${copy}scale=${String(width)}:${String(height)},setsar=1`;
    if (mark === undefined) {
      chains.push(`${scaled}${out}`);
      continue;
    }
    input += 1;
    const { left, top } = mark.place;
    const bare = `[bare${String(index)}]`;
    chains.push(`${scaled}${bare}`, `${bare}[${String(input)}:v]overlay=${String(left)}:${String(top)}${out}`);
  }
  return chains.join(';');
}
