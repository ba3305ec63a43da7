import { Controller, Get, Param } from '@nestjs/common';
import { type Caller, CurrentCaller, OpenWithoutContents, RequireScope } from '../api-keys/caller.js';
import { missing } from '../http/problem.js';
import { HIDDEN } from '../jobs/hidden-contents.js';
import { visibleJob } from '../jobs/visible-job.js';
import { JobStore } from '../ledger/job-store.js';
import { Described } from '../openapi/described.js';
import { Explainer, type Explanation } from './explainer.js';

/** Why jobs wait. */
@Controller('v1/jobs')
export class ExplainController {
  constructor(
    private readonly jobs: JobStore,
    private readonly explainer: Explainer,
  ) {}

  @Get(':id/explain')
  @Described({
    summary: 'Say why a job has not run yet, and when it likely will',
    description:
      'The reason that has to pass first comes first. `position` counts to 10,000. The estimate is a range by what the queue ' +
      'did in the last hour, from its better minutes (p90) to its worse (p10); null while it depends on somebody, or nothing ' +
      'is known.',
    status: 200,
    answer: 'Explanation',
    problems: [404, 503],
  })
  @RequireScope('jobs:read')
  @OpenWithoutContents()
  async explain(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<Explanation> {
    const explanation = await this.explainer.explain(await visibleJob(this.jobs, id, caller));
    if (explanation === undefined) throw missing('job', id);
    return caller.seesContents ? explanation : withoutKey(explanation);
  }
}

/** A concurrency key is the tenant's own text. */
function withoutKey(explanation: Explanation): Explanation {
  const reasons = explanation.reasons.map((reason) =>
    'concurrencyKey' in reason ? { ...reason, concurrencyKey: HIDDEN } : reason,
  );
  return { ...explanation, reasons };
}
