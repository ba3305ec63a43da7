import { Module } from '@nestjs/common';
import { runConsumerApp } from '#libs/consumer';
import { NoopHandler } from './noop.handler.js';
import { ScriptHandler } from './script.handler.js';
import { SpawnHandler } from './spawn.handler.js';

/** A consumer app for tests and benchmarks, written as a user writes one. */
@Module({ controllers: [NoopHandler, ScriptHandler, SpawnHandler] })
class LabModule {}

await runConsumerApp(LabModule, { domain: 'lab', concurrency: 4 });
