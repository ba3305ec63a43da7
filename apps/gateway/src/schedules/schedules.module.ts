import { Module } from '@nestjs/common';
import { JobIntake } from '../jobs/job-intake.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { TaskStore } from '../ledger/task-store.js';
import { ScheduleCheck } from './schedule-check.js';
import { ScheduleRunsController } from './schedule-runs.controller.js';
import { ScheduleView } from './schedule-view.js';
import { SchedulesController } from './schedules.controller.js';

@Module({
  imports: [JobsModule],
  controllers: [SchedulesController, ScheduleRunsController],
  providers: [
    {
      provide: ScheduleCheck,
      useFactory: (intake: JobIntake) => new ScheduleCheck(intake),
      inject: [JobIntake],
    },
    { provide: ScheduleView, useFactory: (tasks: TaskStore) => new ScheduleView(tasks), inject: [TaskStore] },
  ],
})
export class SchedulesModule {}
