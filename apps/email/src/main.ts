import { runConsumerApp } from '#libs/consumer';
import { EmailModule } from './email.module.js';

// A mail waits for its server most of the time, and each one holds a connection to it.
await runConsumerApp(EmailModule, { domain: 'email', concurrency: 10 });
