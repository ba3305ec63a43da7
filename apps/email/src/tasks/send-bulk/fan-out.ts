import { type JobContext, type JobToSpawn, PermanentError } from '#libs/consumer';
import { LIMITS } from '#libs/contracts';
import { type Suppressions } from '#libs/suppressions';
import { isMailbox, MAILBOX_FORM } from '../../outgoing/strict-mailbox.js';
import { type Template } from '../../templates/template.js';
import { type ProblemList } from './problem-list.js';
import { addressOf, type RecipientRow } from './recipient-row.js';
import { type SendBulkPayload } from './send-bulk.payload.js';

/** How many recipients are looked at and sent on together. */
const AT_ONCE = 200;
const SEND = 'email.send';
/** A campaign has time; mails that somebody waits for go first. */
export const PRIORITY = 'low';

/** What became of the recipients of a list. */
export interface FannedOut {
  readonly recipients: number;
  /** Those that get a mail; an address that comes twice counts twice, and gets one. */
  readonly queued: number;
  readonly invalid: number;
  readonly suppressed: number;
}

/** What a recipient's mail is made of beside its own data. */
export interface FanOutParts {
  readonly payload: SendBulkPayload;
  readonly template: Template;
  readonly suppressions: Suppressions;
  readonly problems: ProblemList;
}

type Verdict = 'queued' | 'invalid' | 'suppressed';
interface Judged {
  readonly row: RecipientRow;
  readonly verdict: Verdict;
  readonly problem: string;
}

/** What is wrong with the first recipient that is invalid, and how many have the same. */
interface FirstProblem {
  readonly row: number;
  readonly problem: string;
  readonly times: number;
}

/** Makes one job of each recipient that may have a mail. The address is the job's key: no address gets two mails. */
export class FanOut {
  readonly #job: JobContext;
  readonly #parts: FanOutParts;
  readonly #counts = { recipients: 0, queued: 0, invalid: 0, suppressed: 0 };
  #waiting: RecipientRow[] = [];
  #firstInvalid: FirstProblem | undefined;

  constructor(job: JobContext, parts: FanOutParts) {
    this.#job = job;
    this.#parts = parts;
  }

  get counts(): FannedOut {
    return this.#counts;
  }

  /** Takes a recipient in; settles when there is room for more. */
  async add(row: RecipientRow): Promise<void> {
    this.#waiting.push(row);
    if (this.#waiting.length >= AT_ONCE) await this.#flush();
  }

  /**
   * Sends on the last of them.
   * @throws PermanentError `no_valid_recipient` when nobody gets a mail, and not only because nobody wants one
   */
  async end(): Promise<void> {
    await this.#flush();
    if (this.#counts.queued === 0 && this.#firstInvalid !== undefined) {
      throw noValidRecipient(this.#counts, this.#firstInvalid);
    }
  }

  async #flush(): Promise<void> {
    const judged = await Promise.all(this.#waiting.splice(0).map((row) => this.#judge(row)));
    await this.#job.spawn(judged.filter(({ verdict }) => verdict === 'queued').map(({ row }) => this.#mailTo(row)));
    for (const { row, verdict, problem } of judged) {
      this.#counts.recipients += 1;
      this.#counts[verdict] += 1;
      if (verdict === 'invalid') this.#noteInvalid(row.row, problem);
      if (verdict !== 'queued') await this.#parts.problems.add({ row: row.row, to: row.to, problem });
    }
  }

  #noteInvalid(row: number, problem: string): void {
    const first = (this.#firstInvalid ??= { row, problem, times: 0 });
    if (first.problem === problem) this.#firstInvalid = { ...first, times: first.times + 1 };
  }

  async #judge(row: RecipientRow): Promise<Judged> {
    const problem = this.#problemOf(row);
    if (problem !== undefined) return { row, verdict: 'invalid', problem };
    const suppression = await this.#parts.suppressions.find(this.#job.tenant, row.to);
    if (suppression !== undefined) return { row, verdict: 'suppressed', problem: suppression.reason };
    return { row, verdict: 'queued', problem: '' };
  }

  #problemOf(row: RecipientRow): string | undefined {
    if (row.problem !== undefined) return row.problem;
    if (!isMailbox(row.to)) return `must be ${MAILBOX_FORM}`;
    const [problem] = this.#parts.template.problemsOf(this.#dataOf(row));
    if (problem !== undefined) return problem;
    const bytes = Buffer.byteLength(JSON.stringify(this.#mailTo(row).payload));
    return bytes > LIMITS.payload
      ? `must take at most ${LIMITS.payload} bytes with its data, takes ${bytes}`
      : undefined;
  }

  #mailTo(row: RecipientRow): JobToSpawn {
    const { template, subject, replyTo } = this.#parts.payload;
    const about = { ...(subject === undefined ? {} : { subject }), ...(replyTo === undefined ? {} : { replyTo }) };
    const payload = { to: row.to, template, data: this.#dataOf(row), ...about, campaign: true };
    return { key: addressOf(row), task: SEND, payload, priority: PRIORITY };
  }

  #dataOf({ data }: RecipientRow): Record<string, unknown> {
    return { ...this.#parts.payload.data, ...data };
  }
}

function noValidRecipient(
  { recipients, invalid, suppressed }: FannedOut,
  { row, problem, times }: FirstProblem,
): PermanentError {
  const all = `Of ${recipients} recipients none gets a mail: ${invalid} are invalid, ${suppressed} suppressed.`;
  const where = times === 1 ? `row ${row}` : `row ${row} and ${times - 1} more`;
  return new PermanentError('no_valid_recipient', `${all} In ${where}: ${problem}.`);
}
