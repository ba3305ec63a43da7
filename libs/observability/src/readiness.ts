import { maskCredentials } from '#libs/config';
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
  readonly #last = new Map<string, boolean>();
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
    const { status = 'down', ...details } = { ...outcome[spec.name] };
    this.#tell(spec.name, status === 'up', String(details['message']));
    return status === 'down' && !spec.gating ? session.degraded(details) : outcome;
  }

  /** A check answers with a text that the public may read; an error it did not expect is for the log alone. */
  async #ask(spec: HealthCheckSpec): Promise<void> {
    const answer = await spec.check().catch((error: unknown) => {
      this.#options.telemetry.emit('check.threw', { check: spec.name, error });
      return { down: 'the check failed; its log line says why' };
    });
    if (answer !== 'up') throw new Error(maskCredentials(answer.down));
  }

  #tell(check: string, up: boolean, reason: string): void {
    if (this.#last.get(check) === up) return;
    this.#last.set(check, up);
    if (up) this.#options.telemetry.emit('check.up', { check });
    else this.#options.telemetry.emit('check.down', { check, reason });
  }
}

/** What Terminus calls degraded is down to who reads the answer; that the app is ready all the same, the status says. */
function shownAsDown(result: HealthCheckResult): HealthCheckResult {
  return { ...result, info: relabelled(result.info ?? {}), details: relabelled(result.details) };
}

function relabelled(checks: Partial<HealthIndicatorResult>): HealthIndicatorResult {
  return Object.fromEntries(
    Object.entries(checks).map(([name, check]) => [
      name,
      check?.status === 'degraded' ? { ...check, status: 'down' } : check,
    ]),
  ) as HealthIndicatorResult;
}
