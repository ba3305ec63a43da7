import { Module } from '@nestjs/common';
import { loadEmailConfig } from '#libs/config';
import { Mailer } from './outgoing/mailer.js';
import { SendHandler } from './tasks/send/send.handler.js';
import { openTemplates } from './templates/open-templates.js';
import { Templates } from './templates/templates.js';

/** The consumer app of the domain `email`. */
@Module({
  controllers: [SendHandler],
  providers: [
    { provide: Mailer, useFactory: () => new Mailer(loadEmailConfig()) },
    { provide: Templates, useFactory: openTemplates },
  ],
})
export class EmailModule {}
