import { loadEmailConfig } from '#libs/config';
import { runConsumerApp } from '#libs/consumer';
import { EmailModule } from './email.module.js';

/** Where each connection to the server has one job, another is at hand when it has done that. */
const JOBS_PER_CONNECTION = 2;

await runConsumerApp(EmailModule, {
  domain: 'email',
  concurrency: () => JOBS_PER_CONNECTION * loadEmailConfig().connections,
});
