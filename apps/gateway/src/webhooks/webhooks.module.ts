import { Module } from '@nestjs/common';
import { WebhookSecretController } from './webhook-secret.controller.js';

@Module({ controllers: [WebhookSecretController] })
export class WebhooksModule {}
