import { Controller, Get, Header, Inject, Res } from '@nestjs/common';
import { type HealthCheckResult } from '@nestjs/terminus';
import { HEALTH_OPTIONS, type HealthOptions } from './health-options.js';
import { Public } from './public.js';
import { Readiness } from './readiness.js';
import { type Reply } from './reply.js';

@Public()
@Controller('health')
export class HealthController {
  readonly #readiness: Readiness;
  readonly #features: HealthOptions['features'];

  constructor(@Inject(Readiness) readiness: Readiness, @Inject(HEALTH_OPTIONS) { features }: HealthOptions) {
    this.#readiness = readiness;
    this.#features = features;
  }

  /** Up as long as the process answers: no dependency counts, and draining neither, because a restart mends neither. */
  @Get('live')
  @Header('Cache-Control', 'no-store')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** The status is set on the reply instead of thrown, so that an app's error filter leaves the body alone. */
  @Get('ready')
  @Header('Cache-Control', 'no-store')
  async ready(@Res({ passthrough: true }) reply: Reply): Promise<HealthCheckResult & { readonly features?: object }> {
    const { ready, result } = await this.#readiness.examine();
    reply.status(ready ? 200 : 503);
    return this.#features === undefined ? result : { ...result, features: this.#features() };
  }
}
