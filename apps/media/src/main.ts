import { availableParallelism } from 'node:os';
import { runConsumerApp } from '#libs/consumer';
import { MediaModule } from './media.module.js';

// An image keeps one core busy; one more is fetched or stored meanwhile, so that no core waits for the disk.
await runConsumerApp(MediaModule, { domain: 'media', concurrency: availableParallelism() + 1 });
