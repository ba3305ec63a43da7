import { type Readable } from 'node:stream';
import { type FileReference, type WorkOrder } from '#libs/contracts';
import { belongsTo, FileMissingError, outputKey, type Storage, type StoredContent } from '#libs/storage';
import { PermanentError } from './errors.js';
import { type JobFiles } from './job-context.js';

/** Storage as one job sees it: its tenant's files, and a place of its own for what it makes. */
export class TenantFiles implements JobFiles {
  readonly #storage: Pick<Storage, 'read' | 'put'>;
  readonly #order: Pick<WorkOrder, 'tenant' | 'jobId' | 'run'>;

  constructor(storage: Pick<Storage, 'read' | 'put'>, order: Pick<WorkOrder, 'tenant' | 'jobId' | 'run'>) {
    this.#storage = storage;
    this.#order = order;
  }

  async open({ key }: { readonly key: string }): Promise<StoredContent> {
    if (!belongsTo(this.#order.tenant, key)) throw missing(key);
    try {
      return await this.#storage.read(key);
    } catch (error) {
      throw error instanceof FileMissingError ? missing(key, error) : error;
    }
  }

  async save(
    name: string,
    content: Readable,
    about: { readonly filename: string; readonly contentType: string },
  ): Promise<FileReference> {
    const { tenant, jobId, run } = this.#order;
    return this.#storage.put(outputKey(tenant, jobId, run, name), content, about);
  }
}

// The same words for another tenant's file and for none: whoever asks learns nothing.
function missing(key: string, cause?: Error): PermanentError {
  return new PermanentError('file_not_found', `There is no file ${JSON.stringify(key)}.`, { cause });
}
