import { Controller, Delete, HttpCode, Inject, Param, Patch, Post } from '@nestjs/common';
import { isFinal, type Job } from '#libs/contracts';
import { type Storage } from '#libs/storage';
import { type Caller, CurrentCaller, OpenWithoutContents, RequireScope } from '../api-keys/caller.js';
import { JsonBody } from '../http/json-body.js';
import { conflict, type Problem } from '../http/problem.js';
import { JobSteering } from '../ledger/job-steering.js';
import { JobStore } from '../ledger/job-store.js';
import { Described } from '../openapi/described.js';
import { STORAGE } from '../tokens.js';
import { JOB_CHANGE, readJobChange } from './job-change.js';
import { JobView } from './job-view.js';
import { visibleJob } from './visible-job.js';

const KEY_HELD = 'Another open job holds the uniqueKey of this one';
const ENDPOINT_GONE = 'The webhook endpoint that this job delivers to was deleted';

const NEEDED = {
  files_named: 'A job that has not ended names a file of this one',
  batch_open: 'What this job has spawned has not ended, and is paused and cancelled with its batch',
} as const;

/** Moves jobs by hand. */
@Controller('v1/jobs')
export class JobSteeringController {
  constructor(
    private readonly jobs: JobStore,
    private readonly steering: JobSteering,
    private readonly view: JobView,
    @Inject(STORAGE) private readonly storage: Storage,
  ) {}

  @Post(':id/cancel')
  @Described({
    summary: 'Cancel a job',
    description:
      'A job that waits is cancelled at once and never runs. One that runs is asked to stop: it has `cancelRequestedAt` ' +
      'and is cancelled when its worker says so, fails or is lost. A result that comes first counts.',
    status: 202,
    answer: 'Job',
    problems: [404, 409, 503],
  })
  @HttpCode(202)
  @RequireScope('jobs:write')
  @OpenWithoutContents()
  async cancel(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<Job> {
    const job = await visibleJob(this.jobs, id, caller);
    if ((await this.steering.cancel([job.id])).length === 0)
      throw await this.#refusal(job, caller, 'cannot be cancelled');
    return this.#shown(job, caller);
  }

  @Post(':id/retry')
  @Described({
    summary: 'Run a failed or cancelled job again',
    description:
      'It is queued with as many further attempts as it was given at first. Attempts go on counting, and its dead letter ' +
      'is removed. The error stays until the next outcome; `expiresIn` holds no longer. While another open job holds its ' +
      '`uniqueKey`, and when it delivers to a webhook endpoint that was deleted: 409.',
    status: 202,
    answer: 'Job',
    problems: [404, 409, 503],
  })
  @HttpCode(202)
  @RequireScope('jobs:write')
  @OpenWithoutContents()
  async retry(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<Job> {
    const job = await visibleJob(this.jobs, id, caller);
    if ((await this.steering.retry([job.id])).length === 0) throw await this.#refusal(job, caller, 'cannot be retried');
    return this.#shown(job, caller);
  }

  @Patch(':id')
  @Described({
    summary: 'Change the priority or the time of a job that waits',
    description:
      'What a worker might have been sent already is void, and the job is sent anew. `delay` counts from now; 0, or a time ' +
      'that has passed, is at once. Of a job that waits for its next attempt it is the time of that.',
    body: JOB_CHANGE.schema,
    status: 200,
    answer: 'Job',
    problems: [400, 404, 409, 413, 415, 422, 503],
  })
  @RequireScope('jobs:write')
  @OpenWithoutContents()
  async change(@Param('id') id: string, @JsonBody() body: unknown, @CurrentCaller() caller: Caller): Promise<Job> {
    const change = readJobChange(body, caller.limits);
    const job = await visibleJob(this.jobs, id, caller);
    const { notWaiting } = await this.steering.change([job.id], change);
    const status = notWaiting.get(job.id);
    if (status !== undefined)
      throw conflict('job_not_waiting', `The job is ${status}: only a job that waits can be changed.`);
    return this.#shown(job, caller);
  }

  @Delete(':id')
  @Described({
    summary: 'Delete a job that has ended, and the files that it made',
    description:
      'Its attempts, log and dead letter go with it. Files that were uploaded for it stay. While a job that has not ended ' +
      'names a file that it made, or while it is of a batch and what it has spawned has not ended: 409.',
    status: 204,
    problems: [404, 409, 503],
  })
  @HttpCode(204)
  @RequireScope('jobs:write')
  @OpenWithoutContents()
  async remove(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<void> {
    const job = await visibleJob(this.jobs, id, caller);
    const kept = await this.steering.remove(job.id, () => this.storage.removeAll(`${job.tenant}/${job.id}/`));
    if (kept === 'job_not_ended') throw await this.#refusal(job, caller, 'cannot be deleted');
    if (kept !== undefined) throw conflict(kept, `${NEEDED[kept]}: it cannot be deleted.`);
  }

  async #shown({ id }: Job, caller: Caller): Promise<Job> {
    return this.view.shown(await visibleJob(this.jobs, id, caller), caller);
  }

  /** @throws Problem 404 when the job is gone meanwhile */
  async #refusal({ id, uniqueKey }: Job, caller: Caller, cannot: string): Promise<Problem> {
    const { status } = await visibleJob(this.jobs, id, caller);
    const stays = cannot === 'cannot be retried' && (status === 'failed' || status === 'cancelled');
    if (stays) {
      return uniqueKey === null
        ? conflict('endpoint_gone', `${ENDPOINT_GONE}: it ${cannot}.`)
        : conflict('unique_key_held', `${KEY_HELD}: it ${cannot}.`);
    }
    const why = `The job is ${status}: it ${cannot}.`;
    return isFinal(status) ? conflict('job_ended', why) : conflict('job_not_ended', `${why} Cancel it first.`);
  }
}
