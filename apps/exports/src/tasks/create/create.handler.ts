import { Ctx, Payload } from '@nestjs/microservices';
import { type JobContext, Task, TaskController } from '#libs/consumer';
import { type FileReference } from '#libs/contracts';
import { Catalog } from '#libs/datasets';
import { describeFile } from '../../formats/file-kinds.js';
import { withJobErrors } from '../../job-error.js';
import { tellRows } from '../../row-progress.js';
import { WorkThreads } from '../../work-thread/work-threads.js';
import { CreatePayload } from './create.payload.js';
import { datasetWorkOf } from './dataset-work-of.js';

/** What an `exports.create` job results in. */
export interface CreateResult {
  readonly rows: number;
  readonly file: FileReference;
}

/** `exports.create`: the rows of a dataset as a file. */
@TaskController('exports')
export class CreateHandler {
  constructor(
    private readonly catalog: Catalog,
    private readonly threads: WorkThreads,
  ) {}

  @Task('create', {
    payload: CreatePayload,
    description: 'Writes the rows of a dataset to a file.',
    example: { dataset: 'customers', format: 'csv' },
    timeout: '25m',
  })
  async create(@Payload() payload: CreatePayload, @Ctx() job: JobContext): Promise<CreateResult> {
    return withJobErrors(async () => {
      const dataset = this.catalog.dataset(payload.dataset, job.tenant);
      const work = datasetWorkOf(payload, dataset, job.tenant);
      const content = this.threads.start(
        { kind: 'dataset', ...work },
        { signal: job.signal, onProgress: tellRows(job) },
      );
      try {
        const about = describeFile(work.layout.title, work.format, work.packing);
        const file = await job.files.save(`export.${work.format}`, content, about);
        return { rows: content.rows, file };
      } finally {
        // A storage that fails leaves its source open.
        content.destroy();
      }
    });
  }
}
