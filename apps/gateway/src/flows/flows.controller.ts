import { Controller, Get, Param } from '@nestjs/common';
import { type Caller, CurrentCaller, OpenWithoutContents, RequireScope } from '../api-keys/caller.js';
import { missing } from '../http/problem.js';
import { visibleJob } from '../jobs/visible-job.js';
import { FlowStore } from '../ledger/flow-store.js';
import { JobStore } from '../ledger/job-store.js';
import { Described } from '../openapi/described.js';
import { type Flow, readFlow } from './flow-tree.js';

/** How jobs belong together. */
@Controller('v1/jobs')
export class FlowsController {
  constructor(
    private readonly jobs: JobStore,
    private readonly flows: FlowStore,
  ) {}

  @Get(':id/flow')
  @Described({
    summary: 'Show the tree of jobs that a job belongs to',
    description:
      'It begins at the job that follows no other, or at the batch, and is the same whichever of its jobs is asked for. Jobs ' +
      'that are still to come are `waiting`. At most 1,000 jobs are shown, and 100 below one.',
    status: 200,
    answer: 'Flow',
    problems: [404],
  })
  @RequireScope('jobs:read')
  @OpenWithoutContents()
  async show(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<Flow> {
    const job = await visibleJob(this.jobs, id, caller);
    const flow = await readFlow(this.flows, await this.flows.rootOf(job));
    if (flow === undefined) throw missing('job', id);
    return flow;
  }
}
