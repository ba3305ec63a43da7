import { type Job } from '#libs/contracts';
import { callbackIn, noticeIn } from './end-tellings.js';
import { type NoticeRequest, type NoticeWriter } from './notice-writer.js';
import { type WebhookWriter } from './webhook-writer.js';

/** Tells of the ends of jobs as their requests have asked for it: by mail, or by a webhook. */
export class EndTeller {
  constructor(
    private readonly notices: NoticeWriter,
    private readonly webhooks: WebhookWriter,
  ) {}

  /** @param request of a follow-up. @returns undefined when it is one of a user */
  requestFor(request: Readonly<Record<string, unknown>>, job: Job): NoticeRequest | undefined {
    const notice = noticeIn(request);
    if (notice !== undefined) return this.notices.requestFor(job, notice);
    const callback = callbackIn(request);
    return callback === undefined ? undefined : this.webhooks.requestFor(job, callback);
  }
}
