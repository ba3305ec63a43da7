import { type JobContext } from '#libs/consumer';

/** How far a job with pictures has come: every variant and sprite that is stored is a step, and every cell that is drawn. */
export class PictureProgress {
  readonly #job: JobContext;
  readonly #steps: number;
  #done = 0;

  /** @param steps how many there will be */
  constructor(job: JobContext, steps: number) {
    this.#job = job;
    this.#steps = steps;
  }

  /** Tells that one more step is done. */
  async step(message: string): Promise<void> {
    this.#done += 1;
    await this.#job.progress((100 * this.#done) / this.#steps, message);
  }
}
