import { Module } from '@nestjs/common';
import { type GatewayConfig } from '#libs/config';
import { type Telemetry } from '#libs/observability';
import { type Storage } from '#libs/storage';
import { ApiKeysModule } from '../api-keys/api-keys.module.js';
import { FileLinks } from '../files/file-links.js';
import { FilesModule } from '../files/files.module.js';
import { IdempotencyStore } from '../ledger/idempotency.js';
import { JobSelectionStore } from '../ledger/job-selection-store.js';
import { JobSteering } from '../ledger/job-steering.js';
import { JobStore } from '../ledger/job-store.js';
import { TaskStore } from '../ledger/task-store.js';
import { GATEWAY_CONFIG, STORAGE, TELEMETRY } from '../tokens.js';
import { Admission } from '../limits/admission.js';
import { JobAcceptance } from './job-acceptance.js';
import { JobIntake } from './job-intake.js';
import { JobView } from './job-view.js';
import { JobHistoryController } from './job-history.controller.js';
import { JobSteeringController } from './job-steering.controller.js';
import { JobsController } from './jobs.controller.js';
import { ManyJobsController } from './many-jobs.controller.js';
import { SteeringOfMany } from './steering-of-many.js';

@Module({
  imports: [ApiKeysModule, FilesModule],
  // What is named comes before what is an id in its place.
  controllers: [ManyJobsController, JobsController, JobHistoryController, JobSteeringController],
  providers: [
    {
      provide: JobIntake,
      useFactory: (tasks: TaskStore, { broker, webhookSecret, egressAllow }: GatewayConfig, telemetry: Telemetry) =>
        new JobIntake(tasks, {
          ackTimeoutMs: broker.ackTimeoutMs,
          webhooksSetUp: webhookSecret !== null,
          ...{ egressAllow, telemetry },
        }),
      inject: [TaskStore, GATEWAY_CONFIG, TELEMETRY],
    },
    {
      provide: JobAcceptance,
      useFactory: (...given: ConstructorParameters<typeof JobAcceptance>) => new JobAcceptance(...given),
      inject: [JobStore, JobIntake, IdempotencyStore, Admission],
    },
    {
      provide: SteeringOfMany,
      useFactory: (jobs: JobStore, selections: JobSelectionStore, steering: JobSteering, storage: Storage) =>
        new SteeringOfMany({ jobs, selections, steering, storage }),
      inject: [JobStore, JobSelectionStore, JobSteering, STORAGE],
    },
    {
      provide: JobView,
      useFactory: (tasks: TaskStore, links: FileLinks) => new JobView(tasks, links),
      inject: [TaskStore, FileLinks],
    },
  ],
  exports: [JobIntake, JobView],
})
export class JobsModule {}
