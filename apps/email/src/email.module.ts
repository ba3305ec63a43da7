import { Module } from '@nestjs/common';
import { loadEmailConfig } from '#libs/config';
import { Mailer } from './outgoing/mailer.js';
import { SendHandler } from './tasks/send/send.handler.js';

/** The consumer app of the domain `email`. */
@Module({
  controllers: [SendHandler],
  providers: [{ provide: Mailer, useFactory: () => new Mailer(loadEmailConfig()) }],
})
export class EmailModule {}
