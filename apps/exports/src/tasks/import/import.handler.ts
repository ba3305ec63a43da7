import { Readable } from 'node:stream';
import { Ctx, Payload } from '@nestjs/microservices';
import { type JobContext, PermanentError, Task, TaskController } from '#libs/consumer';
import { type FileReference } from '#libs/contracts';
import { type BulkImport, Catalog, type ImportCounts, type ImportPlan, openImport } from '#libs/datasets';
import { csv } from '../../formats/csv.js';
import { type ImportSource, openSource } from '../../incoming/import-batches.js';
import { oneAhead } from '../../incoming/one-ahead.js';
import { objectRecords } from '../../incoming/json-records.js';
import { openRecords, type OpenRecords } from '../../incoming/open-records.js';
import { withJobErrors } from '../../job-error.js';
import { ERROR_LAYOUT } from './error-layout.js';
import { ImportPayload } from './import.payload.js';

/** What an `exports.import` job results in. Rejected rows do not fail it. */
export interface ImportResult extends ImportCounts {
  /** A CSV of the rejected rows with line, column and reason; null when there are none. */
  readonly errors: FileReference | null;
  readonly dryRun: boolean;
}

const DEFAULT_MOST_REJECTED = 10_000;

/** `exports.import`: rows of a file into the table of a dataset. */
@TaskController('exports')
export class ImportHandler {
  constructor(private readonly catalog: Catalog) {}

  @Task('import', {
    payload: ImportPayload,
    description: 'Writes the rows of a CSV or NDJSON into the table of a dataset; bad rows go to an error file.',
    example: { dataset: 'customers', mode: 'upsert', source: { key: 'default/01970000-0000-7000-8000-000000000000' } },
    timeout: '25m',
  })
  async import(@Payload() payload: ImportPayload, @Ctx() job: JobContext): Promise<ImportResult> {
    const dataset = await withJobErrors(async () => this.catalog.dataset(payload.dataset, job.tenant));
    const opened = await recordsOf(payload, job);
    try {
      const { mode = 'insert', dryRun = false, maxRejected = DEFAULT_MOST_REJECTED } = payload;
      const source = await openSource(opened.records, dataset, { mode, maxRejected });
      const plan = { dataset, columns: source.columns, mode, dryRun, tenant: job.tenant, jobId: job.id };
      return await withJobErrors(() => write(plan, source, { payload, job, share: opened.share }));
    } finally {
      opened.close();
    }
  }
}

interface Surroundings {
  readonly payload: ImportPayload;
  readonly job: JobContext;
  readonly share: OpenRecords['share'];
}

async function recordsOf({ source, rows = [] }: ImportPayload, job: JobContext): Promise<OpenRecords> {
  if (source !== undefined) return openRecords(job, source);
  return { records: objectRecords(rows), share: () => 1, close: () => undefined };
}

async function write(
  plan: ImportPlan,
  source: ImportSource,
  { payload, job, share }: Surroundings,
): Promise<ImportResult> {
  const target = await openImport(plan, job.signal);
  try {
    if (target.alreadyRead > 0) job.log.info('Goes on where an earlier run has stopped', { rows: target.alreadyRead });
    checkRejected(target.counts, payload.maxRejected);
    for await (const batch of oneAhead(source.batches(target.alreadyRead))) {
      await target.write(batch);
      checkRejected(target.counts, payload.maxRejected);
      void job.progress(share() * 99, progressOf(target.counts));
    }
    return { ...target.counts, errors: await errorFile(target, job), dryRun: plan.dryRun };
  } catch (error) {
    throw error instanceof PermanentError ? await withErrorFile(error, target, job) : error;
  } finally {
    await target.close();
  }
}

function checkRejected({ rejected }: ImportCounts, most = DEFAULT_MOST_REJECTED): void {
  if (rejected <= most) return;
  throw new PermanentError('too_many_rejected', `More than ${most} rows were rejected. Is this the right file?`);
}

async function errorFile(target: BulkImport, job: JobContext): Promise<FileReference | null> {
  if (target.counts.rejected === 0) return null;
  const content = Readable.from(csv(target.rejections(), ERROR_LAYOUT), { objectMode: false });
  return job.files.save('errors.csv', content, { filename: 'errors.csv', contentType: 'text/csv; charset=utf-8' });
}

/** Whoever is to mend a source needs the rows that were rejected before it failed. */
async function withErrorFile(error: PermanentError, target: BulkImport, job: JobContext): Promise<PermanentError> {
  const file = await errorFile(target, job);
  if (file === null) return error;
  const message = `${error.message} What was rejected until then is in the file ${file.key}.`;
  return new PermanentError(error.code, message, { cause: error });
}

function progressOf({ inserted, updated, rejected }: ImportCounts): string {
  return `${inserted} inserted, ${updated} updated, ${rejected} rejected`;
}
