import { type JobFiles } from '#libs/consumer';
import { type VideoFacts } from '../../ffmpeg/probe.js';
import { type VideoFormat } from './video-plan.js';
import { type VideoKind } from '../../ffmpeg/video-kind.js';

type StoredFile = Awaited<ReturnType<JobFiles['save']>>;

/** A size of the video as the job's result names it. */
export interface VideoOutput {
  /** As it was asked for; a video that is smaller keeps its own size. */
  readonly format: VideoFormat;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Seconds. */
  readonly duration: number;
  readonly file: StoredFile;
}

/** What a `media.process-video` job results in; the outputs in the order they were asked for. */
export interface ProcessVideoResult {
  /** What was found in the source. */
  readonly source: Omit<VideoFacts, 'stream'> & { readonly container: VideoKind };
  readonly outputs: readonly VideoOutput[];
  /** null: none was wanted. */
  readonly poster: StoredFile | null;
}
