import { Module } from '@nestjs/common';
import { type Storage } from '#libs/storage';
import { Suppressions } from '#libs/suppressions';
import { STORAGE } from '../tokens.js';
import { SuppressionsController } from './suppressions.controller.js';
import { UnsubscribeController } from './unsubscribe.controller.js';

@Module({
  controllers: [SuppressionsController, UnsubscribeController],
  providers: [
    { provide: Suppressions, useFactory: (storage: Storage) => new Suppressions(storage), inject: [STORAGE] },
  ],
})
export class SuppressionsModule {}
