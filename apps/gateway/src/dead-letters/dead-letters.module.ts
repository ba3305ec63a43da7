import { Module } from '@nestjs/common';
import { TaskStore } from '../ledger/task-store.js';
import { DeadLettersController } from './dead-letters.controller.js';
import { LetterView } from './letter-view.js';
import { RedrivesController } from './redrives.controller.js';

@Module({
  // Of paths that fit both, that of a redrive is meant.
  controllers: [RedrivesController, DeadLettersController],
  providers: [{ provide: LetterView, useFactory: (tasks: TaskStore) => new LetterView(tasks), inject: [TaskStore] }],
})
export class DeadLettersModule {}
