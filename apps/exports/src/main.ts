import { availableParallelism } from 'node:os';
import { runConsumerApp } from '#libs/consumer';
import { ExportsModule } from './exports.module.js';

// A file keeps a core busy with its format while the database works on the next rows.
await runConsumerApp(ExportsModule, { domain: 'exports', concurrency: 2 * availableParallelism() });
