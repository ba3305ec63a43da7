import { availableParallelism } from 'node:os';
import { runConsumerApp } from '#libs/consumer';
import { MediaModule } from './media.module.js';

// An image keeps one core busy, so more at once than there are cores would gain nothing.
await runConsumerApp(MediaModule, { domain: 'media', concurrency: availableParallelism() });
