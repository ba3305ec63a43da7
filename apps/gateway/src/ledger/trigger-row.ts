import { type FieldError } from '../http/problem.js';
import { type EventFilter } from '../triggers/event-filter.js';

/** What a user decides of a trigger. */
export interface TriggerDefinition {
  readonly name: string;
  /** Of the types of events: AMQP topic syntax. */
  readonly pattern: string;
  readonly filter: EventFilter;
  /** The request of its jobs as it was given, with the full name of the task. */
  readonly request: Readonly<Record<string, unknown>>;
  readonly enabled: boolean;
}

/** A stored trigger. */
export interface TriggerRecord extends TriggerDefinition {
  readonly id: string;
  readonly tenant: string;
  /** Rises when a user changes the trigger. */
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Why a trigger has started no job for an event. */
export interface FiringReason {
  readonly code: 'invalid' | 'unique_key_held' | 'id_taken';
  readonly message: string;
  /** What is wrong with the request, by path. */
  readonly errors?: readonly FieldError[];
}

/** What became of an event that a trigger wanted. */
export interface TriggerRun {
  /** Later runs have higher ones. */
  readonly number: number;
  readonly eventId: string;
  readonly eventType: string;
  readonly outcome: 'started' | 'skipped' | 'refused';
  readonly jobId: string | null;
  readonly reason: FiringReason | null;
  readonly at: Date;
}

export const TRIGGER_COLUMNS = 'id, tenant, name, version, pattern, filter, request, enabled, created_at, updated_at';

/** A row of `triggers` as `TRIGGER_COLUMNS` reads it. */
export interface TriggerRow {
  readonly id: string;
  readonly tenant: string;
  readonly name: string;
  readonly version: number;
  readonly pattern: string;
  readonly filter: EventFilter;
  readonly request: Record<string, unknown>;
  readonly enabled: boolean;
  readonly created_at: Date;
  readonly updated_at: Date;
}

export function triggerOf({ created_at: createdAt, updated_at: updatedAt, ...row }: TriggerRow): TriggerRecord {
  return { ...row, createdAt, updatedAt };
}
