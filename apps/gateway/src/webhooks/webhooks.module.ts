import { Module } from '@nestjs/common';
import { type GatewayConfig } from '#libs/config';
import { type Storage } from '#libs/storage';
import { JobIntake } from '../jobs/job-intake.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { DeliveryHistory } from '../ledger/delivery-history.js';
import { JobSteering } from '../ledger/job-steering.js';
import { WebhookEndpointStore } from '../ledger/webhook-endpoint-store.js';
import { GATEWAY_CONFIG, STORAGE } from '../tokens.js';
import { AskedDeliveries } from './delivery-maker.js';
import { EndpointRemoval } from './endpoint-removal.js';
import { SecretKeeper } from './secret-keeper.js';
import { WebhookDeliveriesController } from './webhook-deliveries.controller.js';
import { WebhookEndpointsController } from './webhook-endpoints.controller.js';
import { WebhookSecretController } from './webhook-secret.controller.js';

@Module({
  imports: [JobsModule],
  controllers: [WebhookSecretController, WebhookEndpointsController, WebhookDeliveriesController],
  providers: [
    {
      provide: SecretKeeper,
      useFactory: (config: GatewayConfig, storage: Storage) => new SecretKeeper(config, storage),
      inject: [GATEWAY_CONFIG, STORAGE],
    },
    {
      provide: AskedDeliveries,
      useFactory: (intake: JobIntake) => new AskedDeliveries(intake),
      inject: [JobIntake],
    },
    {
      provide: EndpointRemoval,
      useFactory: (...given: ConstructorParameters<typeof EndpointRemoval>) => new EndpointRemoval(...given),
      inject: [WebhookEndpointStore, DeliveryHistory, JobSteering, SecretKeeper],
    },
  ],
})
export class WebhooksModule {}
