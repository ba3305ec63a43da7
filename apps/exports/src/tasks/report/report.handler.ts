import { Ctx, Payload } from '@nestjs/microservices';
import { type JobContext, Task, TaskController } from '#libs/consumer';
import { type FileReference } from '#libs/contracts';
import { Catalog } from '#libs/datasets';
import { describeFile } from '../../formats/file-kinds.js';
import { checkedTimezone } from '../../formats/places.js';
import { withJobErrors } from '../../job-error.js';
import { tellRows } from '../../row-progress.js';
import { WorkThreads } from '../../work-thread/work-threads.js';
import { ReportPayload } from './report.payload.js';
import { reportSpan } from './report-span.js';
import { reportWorkOf } from './report-work-of.js';

/** What an `exports.report` job results in. */
export interface ReportResult {
  /** The first and the last day: `2026-01-31`. */
  readonly from: string;
  readonly to: string;
  readonly file: FileReference;
}

/** `exports.report`: figures, charts and tables of a span of days. */
@TaskController('exports')
export class ReportHandler {
  constructor(
    private readonly catalog: Catalog,
    private readonly threads: WorkThreads,
  ) {}

  @Task('report', {
    payload: ReportPayload,
    description: 'Writes a report of a span of days, with figures, charts and tables.',
    example: { report: 'daily-sales', period: 'yesterday', timezone: 'Europe/Berlin', format: 'pdf' },
    timeout: '25m',
  })
  async report(@Payload() payload: ReportPayload, @Ctx() job: JobContext): Promise<ReportResult> {
    return withJobErrors(async () => {
      const report = this.catalog.report(payload.report, job.tenant);
      const span = reportSpan(payload, checkedTimezone(payload.timezone), job.dueAt);
      const work = reportWorkOf(payload, { report, span, tenant: job.tenant });
      const content = this.threads.start(
        { kind: 'report', ...work },
        { signal: job.signal, onProgress: tellRows(job) },
      );
      try {
        const stem = `${report.name}-${span.from}${span.to === span.from ? '' : `-to-${span.to}`}`;
        const file = await job.files.save(`report.${work.format}`, content, describeFile(stem, work.format, null));
        return { from: span.from, to: span.to, file };
      } finally {
        content.destroy();
      }
    });
  }
}
