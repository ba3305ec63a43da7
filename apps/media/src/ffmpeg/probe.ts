import { type Place, runFfprobe } from './ffmpeg.js';
import { tooManyPixels, VideoProblem } from './errors.js';
import { MAX_FRAME_PIXELS, probeOptions } from './input-options.js';
import { type VideoKind } from './video-kind.js';

/** What a video is. */
export interface VideoFacts {
  /** The video's place among the streams of its file. */
  readonly stream: number;
  /** As it is looked at, in square pixels: turned upright. */
  readonly width: number;
  readonly height: number;
  /** Seconds, of the longer one of what is seen and heard; null when the file does not say, as recordings of browsers do not. */
  readonly duration: number | null;
  /** Frames a second; null when the file does not say. */
  readonly frameRate: number | null;
  /** By ffmpeg's names. */
  readonly videoCodec: string;
  /** null: it is silent. */
  readonly audioCodec: string | null;
}

interface ProbedStream {
  readonly index?: unknown;
  readonly codec_type?: unknown;
  readonly codec_name?: unknown;
  readonly width?: unknown;
  readonly height?: unknown;
  readonly avg_frame_rate?: unknown;
  readonly sample_aspect_ratio?: unknown;
  readonly duration?: unknown;
  /** Matroska's own note of how long a stream lasts, as `01:02:03.456`. */
  readonly tags?: { readonly DURATION?: unknown };
  readonly disposition?: { readonly attached_pic?: unknown };
  readonly side_data_list?: readonly { readonly rotation?: unknown }[];
}

const MOST_DISTORTED = 4;
const ENTRIES = [
  'format=duration',
  'stream=index,codec_type,codec_name,width,height,avg_frame_rate,sample_aspect_ratio,duration',
  'stream_tags=DURATION',
  'stream_disposition=attached_pic',
  'stream_side_data=rotation',
].join(':');

/**
 * Looks into a video without decoding more of it than its beginning.
 * @throws VideoProblem when it is none that can be worked on, and as `runFfprobe`
 */
export async function probeVideo(file: string, kind: VideoKind, place: Place): Promise<VideoFacts> {
  const { streams, duration: whole } = parsed(
    await runFfprobe(['-show_entries', ENTRIES, ...probeOptions(kind, file)], place),
  );
  const video = streams.find(isPicture);
  if (video === undefined) throw new VideoProblem('unsupported_video', 'The file has no video in it that can be read');
  const audio = streams.find(({ codec_type: type }) => type === 'audio');
  return {
    stream: Number(video.index),
    ...shownSize(video),
    duration: kind === 'mpegts' ? null : (longest([video, audio]) ?? whole),
    frameRate: positive(ratio(video.avg_frame_rate, '/')),
    videoCodec: String(video.codec_name),
    audioCodec: audio === undefined ? null : String(audio.codec_name),
  };
}

function parsed(text: string): { streams: readonly ProbedStream[]; duration: number | null } {
  try {
    const { streams, format } = JSON.parse(text) as { streams?: unknown; format?: { duration?: unknown } };
    return {
      streams: Array.isArray(streams) ? (streams as readonly ProbedStream[]) : [],
      duration: positive(Number(format?.duration)),
    };
  } catch (error) {
    throw new VideoProblem('corrupt_video', 'The video cannot be looked into', { cause: error });
  }
}

/**
 * Of what is taken from the file alone: a subtitle may be shown long after the video has ended. MPEG-TS says nothing, and
 * what is guessed from its first and last clock is wrong where recordings were joined.
 */
function longest(streams: readonly (ProbedStream | undefined)[]): number | null {
  const stated = streams.map((stream) => positive(Number(stream?.duration)) ?? positive(clock(stream?.tags?.DURATION)));
  return positive(Math.max(...stated.map((seconds) => seconds ?? 0)));
}

function clock(text: unknown): number {
  const [hours = NaN, minutes = NaN, seconds = NaN] = String(text).split(':').map(Number);
  return (hours * 60 + minutes) * 60 + seconds;
}

/** Covers of music are streams of one picture. */
function isPicture({ codec_type: type, width, height, disposition }: ProbedStream): boolean {
  return type === 'video' && disposition?.attached_pic !== 1 && Number(width) > 0 && Number(height) > 0;
}

function shownSize(video: ProbedStream): { width: number; height: number } {
  const [stored, height] = [Number(video.width), Number(video.height)];
  if (stored * height > MAX_FRAME_PIXELS) {
    throw tooManyPixels(`${String(stored)} x ${String(height)}`);
  }
  const width = Math.max(1, Math.round(stored * pixelShape(video)));
  const turns = video.side_data_list?.map(({ rotation }) => Number(rotation)).find(Number.isFinite) ?? 0;
  return Math.abs(turns) % 180 === 90 ? { width: height, height: width } : { width, height };
}

/** How much wider than high a pixel is; what no camera makes is taken for a mistake. */
function pixelShape({ sample_aspect_ratio: aspect }: ProbedStream): number {
  const shape = ratio(aspect, ':');
  return shape >= 1 / MOST_DISTORTED && shape <= MOST_DISTORTED ? shape : 1;
}

function ratio(value: unknown, separator: string): number {
  const [a, b] = String(value).split(separator).map(Number);
  return (a ?? 0) / (b ?? 0);
}

function positive(value: number): number | null {
  return Number.isFinite(value) && value > 0 ? value : null;
}
