import { PermanentError, TemporaryError } from '#libs/consumer';
import { ImageProblem } from '../../image-pool/image-problem.js';
import { ImageWorkerCrash } from '../../image-pool/image-worker-crash.js';

/** What follows from an error for the job: an image at fault is so for good, a crash may have been the machine's. */
export function asJobError(error: unknown): unknown {
  if (error instanceof ImageProblem) return new PermanentError(error.code, error.message, { cause: error });
  if (error instanceof ImageWorkerCrash) {
    return new TemporaryError('image_worker_crashed', error.message, { cause: error });
  }
  return error;
}
