import { Global, Module } from '@nestjs/common';
import { LimitStore } from '../ledger/limit-store.js';
import { Admission } from './admission.js';
import { LimitsController } from './limits.controller.js';
import { OpenJobs } from './open-jobs.js';
import { RequestRates } from './request-rates.js';
import { Tenants } from './tenants.js';

/** The limits of keys and tenants, which every way in asks. */
@Global()
@Module({
  controllers: [LimitsController],
  providers: [
    { provide: Tenants, useFactory: (store: LimitStore) => new Tenants(store), inject: [LimitStore] },
    {
      provide: Admission,
      useFactory: (store: LimitStore, tenants: Tenants) =>
        new Admission(tenants, new RequestRates(store), new OpenJobs(store)),
      inject: [LimitStore, Tenants],
    },
  ],
  exports: [Admission],
})
export class LimitsModule {}
