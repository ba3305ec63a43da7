import { Controller, Get, Query } from '@nestjs/common';
import { RequireScope } from '../api-keys/caller.js';
import { QueryReader } from '../http/query.js';
import { Described } from '../openapi/described.js';
import { type Audit, Auditor } from './audit.js';

@Controller('v1/audit')
@RequireScope('admin')
export class AuditController {
  constructor(private readonly auditor: Auditor) {}

  @Get()
  @Described({
    summary: 'Count where every open job is',
    description:
      'Each open job is counted once. `unaccounted` are those that look lost and are sent again once that is proven; ' +
      'in peace it is 0, however long the queues are.',
    status: 200,
    answer: 'Audit',
    problems: [422],
  })
  show(@Query() parameters: unknown): Promise<Audit> {
    new QueryReader(parameters).done();
    return this.auditor.audit();
  }
}
