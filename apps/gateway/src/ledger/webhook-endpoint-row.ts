/** What a user decides of a webhook endpoint. */
export interface EndpointDefinition {
  readonly url: string;
  readonly description: string | null;
  /** Patterns of the types of events that it hears of. */
  readonly events: readonly string[];
  /** Of jobs with these tasks alone; null: whatever their task. */
  readonly tasks: readonly string[] | null;
  /** Of jobs in these queues alone; null: whatever their queue. */
  readonly queues: readonly string[] | null;
  /** Deliveries at once; null: no limit. */
  readonly concurrency: number | null;
  readonly enabled: boolean;
}

/** Why an endpoint is not told anything. */
export const DISABLED_REASONS = ['requested', 'receiver_gone', 'failing'] as const;

/** A stored endpoint. */
export interface EndpointRecord extends EndpointDefinition {
  readonly id: string;
  readonly tenant: string;
  /** Rises when a user changes it. */
  readonly version: number;
  /** Null while it is enabled. */
  readonly disabled: { readonly reason: (typeof DISABLED_REASONS)[number]; readonly at: Date } | null;
  /** Since when every delivery was in vain; null: the latest was received, or there was none. */
  readonly failingSince: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export const ENDPOINT_COLUMNS = `id, tenant, version, url, description, events, tasks, queues, concurrency, enabled,
  disabled_reason, disabled_at, failing_since, created_at, updated_at`;

/** A row of `webhook_endpoints` as `ENDPOINT_COLUMNS` reads it. */
export interface EndpointRow extends EndpointDefinition {
  readonly id: string;
  readonly tenant: string;
  readonly version: number;
  readonly disabled_reason: (typeof DISABLED_REASONS)[number] | null;
  readonly disabled_at: Date | null;
  readonly failing_since: Date | null;
  readonly created_at: Date;
  readonly updated_at: Date;
}

export function endpointOf({
  disabled_reason: reason,
  disabled_at: at,
  failing_since: failingSince,
  created_at: createdAt,
  updated_at: updatedAt,
  ...row
}: EndpointRow): EndpointRecord {
  const disabled = reason === null || at === null ? null : { reason, at };
  return { ...row, disabled, failingSince, createdAt, updatedAt };
}
