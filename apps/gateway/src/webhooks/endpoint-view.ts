import { isoOf } from '../ledger/job-row.js';
import { type EndpointDefinition, type EndpointRecord } from '../ledger/webhook-endpoint-row.js';

/** An endpoint as it is shown. */
export interface ShownEndpoint extends EndpointDefinition {
  readonly id: string;
  readonly tenant: string;
  readonly disabled: { readonly reason: string; readonly at: string } | null;
  readonly failingSince: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export function shownEndpoint({
  version: _,
  disabled,
  failingSince,
  createdAt,
  updatedAt,
  ...endpoint
}: EndpointRecord): ShownEndpoint {
  return {
    ...endpoint,
    disabled: disabled === null ? null : { reason: disabled.reason, at: disabled.at.toISOString() },
    failingSince: isoOf(failingSince),
    ...{ createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() },
  };
}
