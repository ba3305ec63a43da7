import { createReadStream } from 'node:fs';
import { type JobContext, type JobFiles } from '#libs/consumer';
import { VideoProblem } from '../../ffmpeg/errors.js';
import { type Place } from '../../ffmpeg/ffmpeg.js';
import { probeVideo, type VideoFacts } from '../../ffmpeg/probe.js';
import { type VideoKind, videoKindOf } from '../../ffmpeg/video-kind.js';
import { type ImagePool } from '../../image-pool/image-pool.js';
import { ReceivedFiles, VIDEO_FILE } from '../../sources/received-files.js';
import { type WebFiles } from '../../sources/web-files.js';
import { receiveWatermark } from '../../watermark/receive-watermark.js';
import { type WatermarkRequest } from '../../watermark/watermark-request.js';
import { type Workspace } from '../../workspace/workspace.js';
import { drawPoster } from './poster.js';
import { type VideoSettings } from './video-settings.js';
import { type ProcessVideoResult, type VideoOutput } from './process-video.result.js';
import { type ProcessVideoPayload, UsualWatermark } from './process-video.payload.js';
import { MAX_SECONDS, type Rendition, tooLong, transcode } from './transcoding.js';
import { sizeIn, type VideoFormat } from './video-plan.js';

/** Transcoding's share of the job's progress; the rest is storing. */
const TRANSCODED_PERCENT = 95;
/** What a video may fall short of what it said, in seconds or as a share, before it counts as cut off. */
const MISSING_SECONDS = 2;
const MISSING_SHARE = 0.1;
const VIDEO_TYPE = { extension: 'mp4', contentType: 'video/mp4' };
const POSTER = 'poster.jpg';

interface Surroundings {
  readonly job: JobContext;
  readonly workspace: Workspace;
  readonly pool: ImagePool;
  readonly web: WebFiles;
  readonly settings: VideoSettings;
}

interface PlannedOutput extends Rendition {
  readonly format: VideoFormat;
}

interface Source {
  readonly file: string;
  readonly kind: VideoKind;
  readonly facts: VideoFacts;
}

/** One run of `media.process-video`. */
export class VideoJob {
  readonly #around: Surroundings;
  readonly #files: ReceivedFiles;
  readonly #place: Place;

  constructor(around: Surroundings) {
    const { job, workspace, web } = around;
    this.#around = around;
    this.#files = new ReceivedFiles(job, workspace, web);
    this.#place = { folder: workspace.path('.'), signal: job.signal };
  }

  /** @throws VideoProblem, ImageProblem when a watermark cannot be used, and as everything that it does */
  async run(payload: ProcessVideoPayload): Promise<ProcessVideoResult> {
    const source = await this.#open(payload);
    const planned = await this.#planned(payload, source.facts);
    await this.#transcode(source, planned);
    const outputs: VideoOutput[] = [];
    for (const output of planned) outputs.push(await this.#finish(output, source.facts));
    const poster = payload.poster === false ? null : await this.#poster(planned, outputs);
    const { stream: _stream, ...facts } = source.facts;
    return { source: { container: source.kind, ...facts }, outputs, poster };
  }

  async #open({ source, id }: ProcessVideoPayload): Promise<Source> {
    const path = await this.#files.receive(source ?? { key: id ?? '' }, VIDEO_FILE);
    const kind = await videoKindOf(path);
    if (kind === undefined) {
      throw new VideoProblem(
        'unsupported_video',
        'The file is no video that can be read: expected MP4, QuickTime, WebM, Matroska, AVI or MPEG-TS',
      );
    }
    const file = this.#around.workspace.nameOf(path);
    const facts = await probeVideo(file, kind, this.#place);
    if ((facts.duration ?? 0) > MAX_SECONDS) throw tooLong();
    return { file, kind, facts };
  }

  async #planned(payload: ProcessVideoPayload, facts: VideoFacts): Promise<readonly PlannedOutput[]> {
    const sizes = payload.format.map((format) => ({ format, target: `${format}.mp4`, ...sizeIn(format, facts) }));
    const watermark = await this.#watermark(payload);
    if (watermark === undefined) return sizes;
    const { pool, workspace, job } = this.#around;
    const marks = sizes.map(({ format, width, height }) => {
      const file = `mark-${format}.png`;
      return { file, canvas: { width, height }, watermark, target: workspace.path(file) };
    });
    const places = await pool.run('draw-marks', marks, { signal: job.signal });
    return sizes.map((size, index) => {
      const [mark, place] = [marks[index], places[index]];
      return mark === undefined || place === undefined ? size : { ...size, mark: { file: mark.file, place } };
    });
  }

  async #watermark({ watermark }: ProcessVideoPayload): Promise<WatermarkRequest | undefined> {
    if (watermark === undefined) return undefined;
    const wanted = watermark instanceof UsualWatermark ? { text: this.#around.settings.usualText } : watermark;
    return receiveWatermark(wanted, this.#files);
  }

  async #transcode({ file, kind, facts }: Source, renditions: readonly PlannedOutput[]): Promise<void> {
    const { job, settings } = this.#around;
    const formats = renditions.map(({ format }) => format).join(', ');
    const work = { source: file, kind, stream: facts.stream, renditions };
    const tell = (seconds: number): void => {
      const share = facts.duration === null ? 0 : Math.min(1, seconds / facts.duration);
      void job.progress(TRANSCODED_PERCENT * share, `${formats}: ${String(Math.round(seconds))} s done`);
    };
    await settings.turns.take(job.signal, () => transcode(work, this.#place, tell));
    await job.progress(TRANSCODED_PERCENT, `${formats}: transcoded`);
  }

  /** What was written is looked into: a source that is cut off ends early, and the program calls it a success. */
  async #finish({ format, target, width, height }: PlannedOutput, source: VideoFacts): Promise<VideoOutput> {
    const duration = (await probeVideo(target, 'mov', this.#place)).duration ?? 0;
    const missing = (source.duration ?? 0) - duration;
    if (missing > MISSING_SECONDS && missing > MISSING_SHARE * (source.duration ?? 0)) {
      const [said, found] = [source.duration, duration].map((seconds) => (seconds ?? 0).toFixed(1));
      throw new VideoProblem(
        'corrupt_video',
        `The video says that it lasts ${said ?? ''} s, and ends after ${found ?? ''} s`,
      );
    }
    const file = await this.#save(target, `${format}.${VIDEO_TYPE.extension}`, VIDEO_TYPE.contentType);
    return { format, width, height, duration, file };
  }

  /** Of the largest output, so that it has its size and its watermark. */
  async #poster(planned: readonly PlannedOutput[], outputs: readonly VideoOutput[]): ReturnType<JobFiles['save']> {
    const [largest] = [...planned.entries()].sort(([, a], [, b]) => b.width - a.width);
    const [index, { target: video }] = largest ?? [0, { target: '' }];
    await drawPoster({ video, duration: outputs[index]?.duration ?? 0, target: POSTER }, this.#place);
    return this.#save(POSTER, POSTER, 'image/jpeg');
  }

  #save(target: string, filename: string, contentType: string): ReturnType<JobFiles['save']> {
    const { job, workspace } = this.#around;
    const content = createReadStream(workspace.path(target), { signal: job.signal });
    return job.files.save(filename, content, { filename, contentType });
  }
}
