import { Ctx, Payload } from '@nestjs/microservices';
import { type JobContext, type JobToSpawn, type StartOptions, Task, TaskController, Turns } from '#libs/consumer';
import { type FileReference, LIMITS } from '#libs/contracts';
import { Suppressions } from '#libs/suppressions';
import { isMailbox } from '../../outgoing/strict-mailbox.js';
import { openTemplates } from '../../templates/open-templates.js';
import { namesTemplate } from '../../templates/template-rules.js';
import { Templates } from '../../templates/templates.js';
import { csvRecipients } from './csv-recipients.js';
import { FanOut, type FannedOut, PRIORITY } from './fan-out.js';
import { ProblemList, type RecipientProblem } from './problem-list.js';
import { addressOf, type RecipientRow } from './recipient-row.js';
import { type PartPayload, SendBulkPayload } from './send-bulk.payload.js';
import { readShare, shareOut } from './shares.js';

const EXAMPLE = 'welcome';
const MOST_PAYLOAD = 8 * 2 ** 20;
const TASK = 'email.send-bulk';

/** What an `email.send-bulk` job results in. */
export interface SendBulkResult extends FannedOut {
  /** The first recipients that get no mail, and why. */
  readonly problems: readonly RecipientProblem[];
  /** All of them, as lines of JSON; null when there is none. */
  readonly file: FileReference | null;
}

/** A file that is longer than one job may send to was shared among several. */
interface SharedOut {
  readonly recipients: number;
  readonly parts: readonly string[];
}

/** `email.send-bulk`: makes one `email.send` job of each recipient. A second run makes none twice. */
@TaskController('email', { timeout: '20m' })
export class SendBulkHandler {
  /** One list at a time is shared out: while they are written, its files may take some 190 MiB of memory. */
  readonly #sharing = new Turns(1);

  constructor(
    private readonly templates: Templates,
    private readonly suppressions: Suppressions,
  ) {}

  @Task('send-bulk', {
    payload: SendBulkPayload,
    description:
      'Sends a template to many recipients, a mail and a job each, which form a batch under the id of this job.',
    maxPayload: MOST_PAYLOAD,
    atStart,
  })
  async sendBulk(@Payload() payload: SendBulkPayload, @Ctx() job: JobContext): Promise<SendBulkResult | SharedOut> {
    const { recipients, fits } = await extentOf(payload, job);
    if (fits) return this.#fanOut(payload, recipients, job);
    const list = recipientsOf(payload, job);
    const shares = await this.#sharing.take(job.signal, () => shareOut(list, recipients, job));
    return {
      recipients,
      parts: await job.spawn(shares.map((share, number) => partOf(payload, share, { number, of: shares.length }))),
    };
  }

  async #fanOut(payload: SendBulkPayload, count: number, job: JobContext): Promise<SendBulkResult> {
    const template = this.templates.get(payload.template);
    const problems = new ProblemList(job);
    const { suppressions } = this;
    const fanOut = new FanOut(job, { payload, template, suppressions, problems });
    let taken = 0;
    try {
      for await (const recipient of recipientsOf(payload, job)) {
        job.signal.throwIfAborted();
        await fanOut.add(recipient);
        taken += 1;
        await job.progress((100 * taken) / count, `${taken} of ${count} recipients`);
      }
      await fanOut.end();
      return { ...fanOut.counts, problems: problems.first, file: await problems.close() };
    } catch (error) {
      problems.abandon(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
  }
}

/** How long a list is, and whether one job may make all its mails. */
interface Extent {
  readonly recipients: number;
  readonly fits: boolean;
}

/** A file is read once before anything is sent: only then is it known whether it can be read to its end. */
async function extentOf(payload: SendBulkPayload, job: JobContext): Promise<Extent> {
  const addresses = new Set<string>();
  let recipients = 0;
  for await (const row of recipientsOf(payload, job)) {
    job.signal.throwIfAborted();
    recipients += 1;
    if (addresses.size <= LIMITS.spawnedJobs && isMailbox(row.to)) addresses.add(addressOf(row));
  }
  return { recipients, fits: addresses.size <= LIMITS.spawnedJobs };
}

async function* recipientsOf(payload: SendBulkPayload, job: JobContext): AsyncGenerator<RecipientRow> {
  const { recipients = [], recipientsFile, part } = payload;
  if (recipientsFile !== undefined) {
    const { stream } = await job.files.open(recipientsFile);
    yield* part === undefined ? csvRecipients(stream) : readShare(stream);
  }
  let row = 0;
  for (const { to, data = {} } of recipients) {
    row += 1;
    yield { row, to, data };
  }
}

function partOf(payload: SendBulkPayload, { key }: FileReference, part: PartPayload): JobToSpawn {
  return {
    ...{ key: `part ${part.number} of ${part.of}`, task: TASK, priority: PRIORITY },
    payload: Object.assign({}, payload, { recipientsFile: { key }, part }),
  };
}

async function atStart(): Promise<StartOptions> {
  const templates = await openTemplates();
  const { preview } = templates.get(EXAMPLE);
  const recipients = [
    { to: 'ada@example.org', data: preview },
    { to: 'grace@example.org', data: { ...preview, name: 'Grace Hopper' } },
  ];
  return { schema: namesTemplate(templates), example: { template: EXAMPLE, recipients } };
}
