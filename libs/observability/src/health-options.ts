import { type Telemetry } from './telemetry.js';

/** Something that an app depends on, and how to find out whether it works. */
export interface HealthCheckSpec {
  /** How it is called in the answer: `broker`, `store`, `storage`. */
  readonly name: string;
  /** Answers within 3 s, or counts as down. The text of `down` is public. */
  check(): Promise<'up' | { readonly down: string }>;
  /** Whether the app is not ready while this is down. */
  readonly gating: boolean;
}

/** What a check answers that is a step which has to succeed: its error's message is public, then. */
export function upOrWhyNot(step: Promise<unknown>): ReturnType<HealthCheckSpec['check']> {
  return step.then(
    () => 'up' as const,
    (error: unknown) => ({ down: error instanceof Error ? error.message : String(error) }),
  );
}

/** What the health and metrics routes of an app need. */
export interface HealthOptions {
  readonly checks: readonly HealthCheckSpec[];
  /** What is in force, shown beside the checks. @default nothing */
  readonly features?: () => object;
  readonly telemetry: Telemetry;
  /** The bearer token of GET /metrics; null leaves it open. */
  readonly metricsToken: string | null;
}

/** Injection token of the options. */
export const HEALTH_OPTIONS = Symbol('health options');
