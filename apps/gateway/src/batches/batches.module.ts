import { Module } from '@nestjs/common';
import { JobIntake } from '../jobs/job-intake.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { BatchStore } from '../ledger/batch-store.js';
import { JobSteering } from '../ledger/job-steering.js';
import { SpawnStore } from '../ledger/spawn-store.js';
import { Admission } from '../limits/admission.js';
import { BatchAcceptance } from './batch-acceptance.js';
import { BatchSteering } from './batch-steering.js';
import { BatchesController } from './batches.controller.js';

@Module({
  imports: [JobsModule],
  controllers: [BatchesController],
  providers: [
    {
      provide: BatchAcceptance,
      useFactory: (...given: ConstructorParameters<typeof BatchAcceptance>) => new BatchAcceptance(...given),
      inject: [BatchStore, JobIntake, Admission],
    },
    {
      provide: BatchSteering,
      useFactory: (batches: BatchStore, steering: JobSteering, spawns: SpawnStore) =>
        new BatchSteering(batches, steering, spawns),
      inject: [BatchStore, JobSteering, SpawnStore],
    },
  ],
})
export class BatchesModule {}
