import { Module } from '@nestjs/common';
import { loadConsumerConfig, loadEmailConfig } from '#libs/config';
import { Suppressions } from '#libs/suppressions';
import { Mailer } from './outgoing/mailer.js';
import { Traffic } from './outgoing/traffic.js';
import { JobNotes } from './storage/job-notes.js';
import { OwnStorage } from './storage/own-storage.js';
import { CampaignMail } from './tasks/send/campaign-mail.js';
import { Delivery } from './tasks/send/delivery.js';
import { SendBulkHandler } from './tasks/send-bulk/send-bulk.handler.js';
import { SendHandler } from './tasks/send/send.handler.js';
import { openTemplates } from './templates/open-templates.js';
import { Templates } from './templates/templates.js';

/** The consumer app of the domain `email`. */
@Module({
  controllers: [SendHandler, SendBulkHandler],
  providers: [
    { provide: Mailer, useFactory: () => new Mailer(loadEmailConfig()) },
    { provide: Templates, useFactory: openTemplates },
    { provide: Traffic, useFactory: () => new Traffic(loadEmailConfig()) },
    { provide: OwnStorage, useFactory: () => OwnStorage.open(loadConsumerConfig().storageUrl) },
    { provide: Suppressions, useFactory: ({ storage }: OwnStorage) => new Suppressions(storage), inject: [OwnStorage] },
    { provide: JobNotes, useFactory: ({ storage }: OwnStorage) => new JobNotes(storage), inject: [OwnStorage] },
    {
      provide: Delivery,
      useFactory: (mailer: Mailer, traffic: Traffic) => new Delivery(mailer, traffic),
      inject: [Mailer, Traffic],
    },
    {
      provide: CampaignMail,
      useFactory: (suppressions: Suppressions) => new CampaignMail(suppressions, loadEmailConfig().unsubscribe),
      inject: [Suppressions],
    },
  ],
})
export class EmailModule {}
