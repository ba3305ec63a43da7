import { availableParallelism } from 'node:os';
import { type Place, runFfmpeg } from '../../ffmpeg/ffmpeg.js';
import { inputOptions } from '../../ffmpeg/input-options.js';
import { type VideoKind } from '../../ffmpeg/video-kind.js';
import { type MarkPlace } from '../../watermark/draw-marks.js';

/** Seconds that a video may last; what lasts longer is refused, and nothing is ever written beyond it. */
export const MAX_SECONDS = 4 * 3_600;
/** An encoder alone is quickest on all cores, but others are at work beside it. */
const THREADS = String(Math.min(4, Math.max(1, Math.floor(availableParallelism() / 2))));
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
 * without metadata.
 * @param tell hears how many seconds of the video are done
 * @throws as `runFfmpeg`
 */
export function transcode(work: Transcoding, place: Place, tell: (seconds: number) => void): Promise<void> {
  const progress = ['-progress', 'pipe:1', '-stats_period', PROGRESS_EVERY_SECONDS];
  return runFfmpeg([...progress, ...transcodingOptions(work)], place, (line) => {
    const [name, value] = line.split('=');
    if (name === 'out_time_us' && Number(value) > 0) tell(Number(value) / MICROSECONDS);
  });
}

function transcodingOptions({ source, kind, stream, renditions }: Transcoding): readonly string[] {
  const marks = renditions.flatMap(({ mark }) => (mark === undefined ? [] : [mark]));
  return [
    ...['-filter_complex_threads', THREADS],
    ...inputOptions(kind, source, Number(THREADS)),
    ...marks.flatMap(({ file }) => inputOptions('png_pipe', file, 1)),
    ...['-filter_complex', filters(stream, renditions)],
    ...renditions.flatMap(outputOptions),
  ];
}

function outputOptions({ target }: Rendition, index: number): readonly string[] {
  return [
    ...['-map', `[out${String(index)}]`, '-map', '0:a:0?', '-sn', '-dn'],
    ...['-map_metadata', '-1', '-map_chapters', '-1', '-t', String(MAX_SECONDS), '-fpsmax', MAX_FRAME_RATE],
    ...['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-threads', THREADS, ...VIDEO_QUALITY],
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
