import { runConsumerApp } from '#libs/consumer';
import { CONCURRENCY } from './concurrency.js';
import { EmailModule } from './email.module.js';

await runConsumerApp(EmailModule, { domain: 'email', concurrency: CONCURRENCY });
