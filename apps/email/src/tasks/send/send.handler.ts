import { Ctx, Payload } from '@nestjs/microservices';
import { type JobContext, Task, TaskController } from '#libs/consumer';
import { Mailer, type Receipt } from '../../outgoing/mailer.js';
import { SendPayload } from './send.payload.js';

/** `email.send`: sends one mail. Every attempt carries the same `Message-ID`, made from the job's id. */
@TaskController('email')
export class SendHandler {
  constructor(private readonly mailer: Mailer) {}

  @Task('send', {
    payload: SendPayload,
    description: 'Sends a mail of text, HTML or both to one or a few recipients.',
    example: { to: 'ada@example.org', subject: 'Welcome', text: 'Hello Ada, good to have you here.' },
  })
  async send(@Payload() { to, ...content }: SendPayload, @Ctx() job: JobContext): Promise<Receipt> {
    const receipt = await this.mailer.send({ ...content, id: job.id, to: [to].flat() }, job.signal);
    if (receipt.rejected.length > 0) {
      job.log.warn('The mail server took the mail for some recipients only', { rejected: receipt.rejected });
    }
    return receipt;
  }
}
