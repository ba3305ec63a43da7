import { Controller, Delete, Get, HttpCode, Patch, Post, Query } from '@nestjs/common';
import { type Caller, CurrentCaller, OpenWithoutContents, RequireScope } from '../api-keys/caller.js';
import { JsonBody } from '../http/json-body.js';
import { cursorOf } from '../http/page.js';
import { positionText } from '../http/time-position.js';
import { Described } from '../openapi/described.js';
import { JOB_CHANGE, readJobChange } from './job-change.js';
import { JOB_FILTERS, readPreviewQuery, readSteeringQuery } from './job-query.js';
import { JobView } from './job-view.js';
import { type Move, type SteeringPreview, STEERINGS, SteeringOfMany } from './steering-of-many.js';

/** What was done with the jobs of a filter. */
interface ShownSteered {
  readonly changed: number;
  readonly unchanged: number;
  /** Given back as `?cursor=`, it goes on; null when all were looked at. */
  readonly nextCursor: string | null;
}

const QUERY = {
  ...JOB_FILTERS,
  expected: 'How many jobs you have seen to fit: when more do, nothing is done.',
  seenAt: 'The `at` of the preview: what has come or ended since then is left alone.',
  cursor: 'The nextCursor of the call before.',
};
const IN_STEPS =
  'Which ones is said by the filters of the list. `GET /v1/jobs/preview` says how many that are: give the number as `expected`, ' +
  'and its `at` as `seenAt`. A call works for some seconds; while it answers a `nextCursor`, call again with it as ' +
  '`cursor`, and with what is left of `expected`.';
/** What the steerings have in common in the OpenAPI document. */
const STEERED = { description: IN_STEPS, query: QUERY, answer: 'SteeredJobs', problems: [409, 422, 503] } as const;

/** Moves all jobs that fit a filter. */
@Controller('v1/jobs')
export class ManyJobsController {
  constructor(
    private readonly steering: SteeringOfMany,
    private readonly view: JobView,
  ) {}

  @Get('preview')
  @Described({
    summary: 'Show how many jobs would be retried, cancelled, deleted or changed, and the first few',
    query: { ...JOB_FILTERS, steering: `What would be done: ${STEERINGS.join(', ')}.` },
    status: 200,
    answer: 'JobPreview',
    problems: [422],
  })
  @RequireScope('jobs:read')
  @OpenWithoutContents()
  async preview(@Query() query: unknown, @CurrentCaller() caller: Caller): Promise<SteeringPreview> {
    const { steering, filter } = readPreviewQuery(query, caller);
    const preview = await this.steering.preview(steering, filter);
    return { ...preview, jobs: preview.jobs.map((job) => this.view.shown(job, caller)) };
  }

  @Post('retry')
  @Described({ ...STEERED, summary: 'Run all failed or cancelled jobs of a filter again', status: 202 })
  @HttpCode(202)
  @RequireScope('jobs:write')
  @OpenWithoutContents()
  retry(@Query() query: unknown, @CurrentCaller() caller: Caller): Promise<ShownSteered> {
    return this.#steered('retry', query, caller);
  }

  @Post('cancel')
  @Described({ ...STEERED, summary: 'Cancel all jobs of a filter that have not ended', status: 202 })
  @HttpCode(202)
  @RequireScope('jobs:write')
  @OpenWithoutContents()
  cancel(@Query() query: unknown, @CurrentCaller() caller: Caller): Promise<ShownSteered> {
    return this.#steered('cancel', query, caller);
  }

  @Patch()
  @Described({
    ...STEERED,
    summary: 'Change the priority or the time of all jobs of a filter that wait',
    description:
      'What can be changed is what `PATCH /v1/jobs/:id` changes; a job that waits so already keeps its place. ' +
      IN_STEPS,
    body: JOB_CHANGE.schema,
    status: 200,
    problems: [400, 409, 413, 415, 422, 503],
  })
  @RequireScope('jobs:write')
  @OpenWithoutContents()
  change(@Query() query: unknown, @JsonBody() body: unknown, @CurrentCaller() caller: Caller): Promise<ShownSteered> {
    return this.#steered(readJobChange(body, caller.limits), query, caller);
  }

  @Delete()
  @Described({
    ...STEERED,
    summary: 'Delete all jobs of a filter that have ended, and the files that they made',
    status: 200,
  })
  @HttpCode(200)
  @RequireScope('jobs:write')
  @OpenWithoutContents()
  remove(@Query() query: unknown, @CurrentCaller() caller: Caller): Promise<ShownSteered> {
    return this.#steered('delete', query, caller);
  }

  async #steered(move: Move, query: unknown, caller: Caller): Promise<ShownSteered> {
    const { filter, ...asked } = readSteeringQuery(query, caller);
    const { changed, unchanged, next } = await this.steering.steer(move, filter, asked);
    return { changed, unchanged, nextCursor: next === null ? null : cursorOf(positionText(next.at, next.id)) };
  }
}
