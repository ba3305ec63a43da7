import { Module } from '@nestjs/common';
import { QueuesController } from './queues.controller.js';
import { ThroughputController } from './throughput.controller.js';

@Module({ controllers: [QueuesController, ThroughputController] })
export class QueuesModule {}
