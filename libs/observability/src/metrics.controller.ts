import { createHash, timingSafeEqual } from 'node:crypto';
import { Controller, Get, Headers, Inject, Res } from '@nestjs/common';
import { HEALTH_OPTIONS, type HealthOptions } from './health-options.js';
import { Public } from './public.js';
import { type Reply } from './reply.js';

const REFUSAL = JSON.stringify({
  type: 'about:blank',
  title: 'Unauthorized',
  status: 401,
  detail: 'Expected METRICS_TOKEN as the bearer token.',
});

@Public()
@Controller('metrics')
export class MetricsController {
  readonly #options: HealthOptions;

  constructor(@Inject(HEALTH_OPTIONS) options: HealthOptions) {
    this.#options = options;
  }

  /** Every metric of the process as Prometheus text. */
  @Get()
  async metrics(
    @Headers('authorization') authorization: string | undefined,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<string> {
    const { metricsToken, telemetry } = this.#options;
    if (metricsToken !== null && !sameText(authorization ?? '', `Bearer ${metricsToken}`)) {
      reply.status(401);
      reply.header('WWW-Authenticate', 'Bearer');
      reply.header('Content-Type', 'application/problem+json');
      return REFUSAL;
    }
    reply.header('Content-Type', telemetry.registry.contentType);
    return telemetry.registry.metrics();
  }
}

/** Compares in a time that tells nothing of how much is alike. */
function sameText(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
