// A consumer app for one queue of many: it takes its domain from the environment, so that one program serves them all.
import { Module } from '@nestjs/common';
import { IsOptional } from 'class-validator';
import { runConsumerApp, Task, TaskController } from '#libs/consumer';

const DOMAIN = process.env['BENCH_QUEUE'] ?? 'bench';

class NoopPayload {
  @IsOptional()
  ballast?: unknown;
}

@TaskController(DOMAIN)
class NoopHandler {
  @Task('noop', { payload: NoopPayload, description: 'Does nothing.', example: {} })
  noop(): null {
    return null;
  }
}

@Module({ controllers: [NoopHandler] })
class QueueModule {}

await runConsumerApp(QueueModule, { domain: DOMAIN, concurrency: 50 });
