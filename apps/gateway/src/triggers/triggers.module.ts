import { Module } from '@nestjs/common';
import { JobIntake } from '../jobs/job-intake.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { TaskStore } from '../ledger/task-store.js';
import { jobBuilder } from './job-builder.js';
import { TriggerCheck } from './trigger-check.js';
import { TriggerRehearsal } from './trigger-rehearsal.js';
import { TriggerTestController } from './trigger-test.controller.js';
import { TriggerView } from './trigger-view.js';
import { TriggersController } from './triggers.controller.js';

@Module({
  imports: [JobsModule],
  controllers: [TriggersController, TriggerTestController],
  providers: [
    {
      provide: TriggerCheck,
      useFactory: (intake: JobIntake, tasks: TaskStore) => new TriggerCheck(intake, tasks),
      inject: [JobIntake, TaskStore],
    },
    { provide: TriggerView, useFactory: (tasks: TaskStore) => new TriggerView(tasks), inject: [TaskStore] },
    {
      provide: TriggerRehearsal,
      useFactory: (intake: JobIntake, tasks: TaskStore, view: TriggerView) =>
        new TriggerRehearsal(jobBuilder(intake, tasks), view),
      inject: [JobIntake, TaskStore, TriggerView],
    },
  ],
})
export class TriggersModule {}
