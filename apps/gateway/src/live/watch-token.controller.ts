import { Controller, HttpCode, Param, Post } from '@nestjs/common';
import { type Caller, CurrentCaller, OpenWithoutContents, RequireScope } from '../api-keys/caller.js';
import { WatchTokens } from '../api-keys/watch-token.js';
import { visibleJob } from '../jobs/visible-job.js';
import { JobStore } from '../ledger/job-store.js';
import { Described } from '../openapi/described.js';

/** Tokens for who watches a job longer, or later, than its first token is good for. */
@Controller('v1/jobs')
export class WatchTokenController {
  constructor(
    private readonly jobs: JobStore,
    private readonly tokens: WatchTokens,
  ) {}

  @Post(':id/watch-token')
  @Described({
    summary: 'Get a new watch token of a job, to hand to a browser',
    status: 201,
    answer: 'WatchToken',
    problems: [404],
  })
  @HttpCode(201)
  @RequireScope('jobs:read')
  @OpenWithoutContents()
  async issue(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<{ readonly watchToken: string }> {
    const job = await visibleJob(this.jobs, id, caller);
    return { watchToken: this.tokens.issue({ jobId: job.id, apiKeyId: caller.apiKeyId }) };
  }
}
