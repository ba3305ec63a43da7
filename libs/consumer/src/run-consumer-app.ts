import { type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { isBareName } from '#libs/contracts';
import { WiringError } from './errors.js';

/** What `main.ts` of a consumer app says. */
export interface ConsumerAppOptions {
  /** The domain whose queue the app works on. */
  readonly domain: string;
  /** Jobs at once in this process, unless `CONCURRENCY` says otherwise. */
  readonly concurrency: number;
}

/**
 * Runs a consumer app until it is told to end.
 * @throws WiringError when the app is not written or set up as it must be
 */
export async function runConsumerApp(module: Type, options: ConsumerAppOptions): Promise<void> {
  if (!isBareName(options.domain)) {
    throw new WiringError([`Expected a domain in kebab case, got ${JSON.stringify(options.domain)}.`]);
  }
  await NestFactory.createApplicationContext(module);
}
