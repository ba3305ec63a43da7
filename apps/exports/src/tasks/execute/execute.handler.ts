import { Ctx, Payload } from '@nestjs/microservices';
import { type JobContext, Task, TaskController } from '#libs/consumer';
import { bindParams, Catalog, runStatement } from '#libs/datasets';
import { withJobErrors } from '../../job-error.js';
import { tellRows } from '../../row-progress.js';
import { ExecutePayload } from './execute.payload.js';

/** What an `exports.execute` job results in. */
export interface ExecuteResult {
  /** Changed by this run; one before it may have changed others. */
  readonly rows: number;
  readonly batches: number;
}

/** `exports.execute`: a statement in batches, until it changes no more rows. */
@TaskController('exports')
export class ExecuteHandler {
  constructor(private readonly catalog: Catalog) {}

  @Task('execute', {
    payload: ExecutePayload,
    description: 'Runs a named statement in batches until it changes no more rows.',
    example: { statement: 'refresh-daily-totals' },
    timeout: '25m',
  })
  async execute(@Payload() payload: ExecutePayload, @Ctx() job: JobContext): Promise<ExecuteResult> {
    return withJobErrors(async () => {
      const statement = this.catalog.statement(payload.statement, job.tenant);
      const { dialect } = statement.database;
      const bound = bindParams(statement, dialect, payload.params ?? {}, { tenant: job.tenant });
      const tell = tellRows(job);
      let [rows, batches] = [0, 0];
      for await (const changed of runStatement(statement, bound, job.signal)) {
        rows += changed;
        batches += 1;
        tell({ rows, expected: null });
      }
      return { rows, batches };
    });
  }
}
