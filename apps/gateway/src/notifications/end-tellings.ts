import { isRecord } from '#libs/contracts';
import { EgressPolicy, EgressRefused } from '#libs/egress';
import { type FieldError } from '../http/problem.js';
import { type JobOrigin } from '../jobs/job-origin.js';
import { type JobRequest } from '../jobs/job-request.js';
import { type RequestCheck } from '../jobs/request-check.js';
import { type FollowUp } from '../ledger/follow-up.js';

/** The task that delivers webhooks. */
export const DELIVER_WEBHOOK = 'integrations.deliver-webhook';
const SEND_MAIL = 'email.send';

/** Under these names no user can write a request: what follows with one of them is the gateway's own. */
const NOTICE = 'notice';
const CALLBACK = 'callback';

/** Whom a job's end is told by mail. */
export interface Notify {
  readonly email: string;
}

/** Where a webhook goes at a job's end. */
export interface Callback {
  readonly url: string;
}

/** Whether webhooks can be delivered, and where to. */
export interface WebhookTerms {
  /** Whether there is a `WEBHOOK_SECRET` to sign them with. */
  readonly webhooksSetUp: boolean;
  /** The pairs of `EGRESS_ALLOW`. */
  readonly egressAllow: readonly string[];
}

/** What follows from the end of a job that somebody is to be told of. It is written when that has come. */
export type EndTelling = Pick<FollowUp, 'task' | 'request'>;

/** Reads whom a request wants to be told of the end of its job. */
export class EndTellings {
  readonly #check: Pick<RequestCheck, 'taskOf'>;
  readonly #webhooksSetUp: boolean;
  readonly #egress: EgressPolicy;

  constructor(check: Pick<RequestCheck, 'taskOf'>, { webhooksSetUp, egressAllow }: WebhookTerms) {
    this.#check = check;
    this.#webhooksSetUp = webhooksSetUp;
    this.#egress = new EgressPolicy(egressAllow);
  }

  /** Refuses, by adding to `errors`, what cannot be told: no app does it, or it is not set up. */
  async read(
    { notify, callbackUrl }: JobRequest,
    { stored = false }: Pick<JobOrigin, 'stored'>,
    errors: FieldError[],
  ): Promise<EndTelling[]> {
    const tellings: EndTelling[] = [];
    if (notify !== undefined) {
      errors.push(...(await this.#needs('notify', SEND_MAIL)));
      tellings.push({ task: SEND_MAIL, request: { [NOTICE]: notify } });
    }
    if (callbackUrl !== undefined) {
      const path = 'callbackUrl';
      errors.push(...(await (stored ? this.#deliveryErrors(path) : this.webhookErrors(callbackUrl, path))));
      tellings.push({ task: DELIVER_WEBHOOK, request: { [CALLBACK]: { url: callbackUrl } } });
    }
    return tellings;
  }

  /**
   * Why no webhook can be delivered to this URL; empty when one can, as far as that can be told before its name is resolved.
   * @param path of the URL
   */
  async webhookErrors(url: string, path: string): Promise<readonly FieldError[]> {
    const refusal = this.#refusalOf(url);
    return refusal === undefined ? this.#deliveryErrors(path) : [{ path, message: `may not be called: ${refusal}` }];
  }

  /** Why no webhook can be delivered, wherever it goes. */
  async #deliveryErrors(path: string): Promise<readonly FieldError[]> {
    if (!this.#webhooksSetUp) return [{ path, message: 'needs WEBHOOK_SECRET, which the gateway does not have' }];
    return this.#needs(path, DELIVER_WEBHOOK);
  }

  #refusalOf(url: string): string | undefined {
    try {
      this.#egress.checked(url);
      return undefined;
    } catch (error) {
      if (error instanceof EgressRefused) return error.message;
      throw error;
    }
  }

  async #needs(path: string, task: string): Promise<readonly FieldError[]> {
    if ((await this.#check.taskOf(task, [])) !== undefined) return [];
    return [{ path, message: `needs the task ${task}, which no app has announced` }];
  }
}

/** Whom the follow-up with this request tells of the job's end by mail; undefined when it is another one. */
export function noticeIn(request: Readonly<Record<string, unknown>>): Notify | undefined {
  const notice = request[NOTICE];
  return isRecord(notice) && typeof notice['email'] === 'string' ? { email: notice['email'] } : undefined;
}

/** Where the follow-up with this request sends a webhook; undefined when it is another one. */
export function callbackIn(request: Readonly<Record<string, unknown>>): Callback | undefined {
  const callback = request[CALLBACK];
  return isRecord(callback) && typeof callback['url'] === 'string' ? { url: callback['url'] } : undefined;
}
