import { Controller, Get, Query } from '@nestjs/common';
import { RequireScope } from '../api-keys/caller.js';
import { readId } from '../http/ids.js';
import { missing } from '../http/problem.js';
import { QueryReader } from '../http/query.js';
import { Described } from '../openapi/described.js';
import { ref } from '../openapi/shapes.js';
import { type Audit, Auditor } from './audit.js';
import { type JobWhereabouts } from './job-whereabouts.js';

@Controller('v1/audit')
@RequireScope('admin')
export class AuditController {
  constructor(private readonly auditor: Auditor) {}

  @Get()
  @Described({
    summary: 'Count where every open job is, or tell where one is',
    description:
      'Each open job is counted once. `unaccounted` are those that look lost and are sent again once that is proven; ' +
      'in peace it is 0, however long the queues are.',
    query: { jobId: 'Tells where this one job is, and who has it.' },
    status: 200,
    answer: { oneOf: [ref('Audit'), ref('JobWhereabouts')] },
    problems: [404, 422],
  })
  async show(@Query() parameters: unknown): Promise<Audit | JobWhereabouts> {
    const query = new QueryReader(parameters);
    const jobId = query.parsed('jobId', readId, 'the id of a job');
    query.done();
    if (jobId === undefined) return this.auditor.audit();
    const found = await this.auditor.locate(jobId);
    if (found === undefined) throw missing('job', jobId);
    return found;
  }
}
