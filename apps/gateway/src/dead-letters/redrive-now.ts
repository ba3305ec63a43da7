import { type DeadLetterRecord } from '../ledger/dead-letter.js';
import { type DeadLetterFilter } from '../ledger/dead-letter-filter.js';
import { type DeadLetterStore } from '../ledger/dead-letter-store.js';
import { MAX_NAMED } from './letter-selection.js';
import { type MessageReturn } from './message-return.js';
import { type RetryJobs } from './redriver.js';

/** What became of letters that were to be redriven at once. */
export interface RedrivenNow {
  readonly redriven: number;
  readonly refused: readonly RefusedLetter[];
}

/** A letter that stays, named as it was asked for, and why. */
export interface RefusedLetter {
  readonly id?: string;
  readonly jobId?: string;
  readonly detail: string;
}

/** Redrives letters that are named one by one, at once: jobs are queued again, messages published again. */
export class RedriveNow {
  readonly #letters: DeadLetterStore;
  readonly #retry: RetryJobs;
  readonly #messages: MessageReturn;

  constructor(letters: DeadLetterStore, retry: RetryJobs, messages: MessageReturn) {
    this.#letters = letters;
    this.#retry = retry;
    this.#messages = messages;
  }

  async redrive({ ids = [], jobIds = [] }: Pick<DeadLetterFilter, 'ids' | 'jobIds'>): Promise<RedrivenNow> {
    const found = await this.#letters.list(ids.length > 0 ? { ids } : { jobIds }, { limit: MAX_NAMED, after: null });
    const missing = missingOf(found, { ids, jobIds });
    const refused = [...(await this.#retryJobs(found)), ...(await this.#sendMessages(found))];
    return { redriven: found.length - refused.length, refused: [...refused, ...missing] };
  }

  async #retryJobs(letters: readonly DeadLetterRecord[]): Promise<RefusedLetter[]> {
    const jobIds = letters.flatMap(({ jobId }) => (jobId === null ? [] : [jobId]));
    const sent = new Set(jobIds.length === 0 ? [] : await this.#retry(jobIds));
    const detail = 'The job cannot be queued again now.';
    return jobIds.filter((jobId) => !sent.has(jobId)).map((jobId) => ({ jobId, detail }));
  }

  async #sendMessages(letters: readonly DeadLetterRecord[]): Promise<RefusedLetter[]> {
    const refused: RefusedLetter[] = [];
    for (const letter of letters.filter(({ jobId }) => jobId === null)) {
      const detail = await this.#messages.send(letter);
      if (detail !== undefined) refused.push({ id: letter.id, detail });
    }
    return refused;
  }
}

function missingOf(
  found: readonly DeadLetterRecord[],
  { ids, jobIds }: { ids: readonly string[]; jobIds: readonly string[] },
): RefusedLetter[] {
  const known = new Set(found.flatMap(({ id, jobId }) => [id, jobId]));
  return [
    ...ids.filter((id) => !known.has(id)).map((id) => ({ id, detail: 'There is no such dead letter.' })),
    ...jobIds.filter((jobId) => !known.has(jobId)).map((jobId) => ({ jobId, detail: 'The job has no dead letter.' })),
  ];
}
