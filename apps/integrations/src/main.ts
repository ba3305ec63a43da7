import { runConsumerApp } from '#libs/consumer';
import { IntegrationsModule } from './integrations.module.js';

// Calls wait for others far more than they work.
await runConsumerApp(IntegrationsModule, { domain: 'integrations', concurrency: 50 });
