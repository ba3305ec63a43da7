import { Inject, Injectable, ServiceUnavailableException } from '@nestjs/common';
import {
  HealthCheckService,
  HealthIndicatorService,
  type HealthCheckResult,
  type HealthIndicatorResult,
} from '@nestjs/terminus';
import { HEALTH_OPTIONS, type HealthCheckSpec, type HealthOptions } from './health-options.js';

const CHECK_LIMIT_MS = 3_000;
/** Askers within this time share one answer, so that many of them are no load on what is checked. */
const SHARED_FOR_MS = 500;

/** Finds out whether the app can do its work, by Terminus, and tells when a check changes. */
@Injectable()
export class Readiness {
  readonly #down = new Set<string>();
  readonly #options: HealthOptions;
  readonly #health: HealthCheckService;
  readonly #indicators: HealthIndicatorService;

  constructor(
    @Inject(HEALTH_OPTIONS) options: HealthOptions,
    @Inject(HealthCheckService) health: HealthCheckService,
    @Inject(HealthIndicatorService) indicators: HealthIndicatorService,
  ) {
    this.#options = options;
    this.#health = health;
    this.#indicators = indicators;
  }

  /** Terminus's result; `ready` is false when a gating check is down or the app shuts down. */
  async examine(): Promise<{ readonly ready: boolean; readonly result: HealthCheckResult }> {
    const checks = this.#options.checks.map((spec) => () => this.#indicate(spec));
    try {
      return { ready: true, result: shownAsDown(await this.#health.check(checks)) };
    } catch (error) {
      if (!(error instanceof ServiceUnavailableException)) throw error;
      return { ready: false, result: shownAsDown(error.getResponse() as HealthCheckResult) };
    }
  }

  /** To Terminus a check that does not gate is degraded when it is down: only `down` makes it say 503. */
  async #indicate(spec: HealthCheckSpec): Promise<HealthIndicatorResult> {
    const session = this.#indicators.check(spec.name);
    const outcome = await session
      .attempt(() => this.#ask(spec))
      .withTimeout(CHECK_LIMIT_MS)
      .cacheFor(SHARED_FOR_MS);
    const { status, ...details } = outcome[spec.name] ?? { status: 'down' };
    this.#tell(spec.name, status === 'up', String((details as { message?: string }).message));
    return status === 'down' && !spec.gating ? session.degraded(details) : outcome;
  }

  async #ask(spec: HealthCheckSpec): Promise<void> {
    const answer = await spec.check();
    if (answer !== 'up') throw new Error(answer.down);
  }

  #tell(check: string, up: boolean, reason: string): void {
    const { telemetry } = this.#options;
    if (up && this.#down.delete(check)) telemetry.emit('check.recovered', { check });
    if (up || this.#down.has(check)) return;
    this.#down.add(check);
    telemetry.emit('check.failed', { check, reason });
  }
}

function shownAsDown(result: HealthCheckResult): HealthCheckResult {
  const details = Object.entries(result.details).map(([name, detail]) => [
    name,
    detail.status === 'degraded' ? { ...detail, status: 'down' } : detail,
  ]);
  return { ...result, details: Object.fromEntries(details) as HealthCheckResult['details'] };
}
