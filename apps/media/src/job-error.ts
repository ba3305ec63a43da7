import { PermanentError, TemporaryError } from '#libs/consumer';
import { FfmpegCrash, FfmpegMissing, FfmpegUnfit, VideoProblem } from './ffmpeg/errors.js';
import { ImageProblem } from './image-pool/image-problem.js';
import { ImageWorkerCrash } from './image-pool/image-worker-crash.js';

/** What follows from an error for the job: a file at fault is so for good, a crash may have been the machine's. */
export function asJobError(error: unknown): unknown {
  if (error instanceof ImageProblem || error instanceof VideoProblem)
    return new PermanentError(error.code, error.message, { cause: error });
  if (error instanceof ImageWorkerCrash) {
    return new TemporaryError('image_worker_crashed', error.message, { cause: error });
  }
  if (error instanceof FfmpegCrash) return new TemporaryError('video_worker_crashed', error.message, { cause: error });
  // Another process of the app may have it, and it may be installed meanwhile.
  if (error instanceof FfmpegMissing || error instanceof FfmpegUnfit) {
    return new TemporaryError('ffmpeg_missing', error.message, { cause: error });
  }
  return error;
}
