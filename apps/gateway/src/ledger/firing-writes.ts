import { type Queries } from './database.js';
import { type EventRecord } from './event-row.js';
import { TRIGGER_COLUMNS, triggerOf, type TriggerRecord, type TriggerRow, type TriggerRun } from './trigger-row.js';

/** What became of an event that a trigger wanted. */
export interface Fired extends Pick<TriggerRun, 'outcome' | 'jobId' | 'reason'> {
  readonly trigger: TriggerRecord;
  readonly event: EventRecord;
}

/** Locks events whose triggers are to fire and that nobody else has in hand. */
export async function takeEvents(transaction: Queries, limit: number): Promise<EventRecord[]> {
  const rows = await transaction.query<Omit<EventRecord, 'receivedAt'> & { readonly received_at: Date }>(
    `SELECT uid, tenant, id, type, data, received_at FROM events WHERE fired_at IS NULL
     ORDER BY uid LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED`,
    [limit],
  );
  return rows.map(({ received_at: receivedAt, ...event }) => ({ ...event, receivedAt }));
}

/** The enabled triggers of the events' tenants; nobody changes or deletes them before the transaction ends. */
export async function lockTriggers(transaction: Queries, events: readonly EventRecord[]): Promise<TriggerRecord[]> {
  const tenants = [...new Set(events.map(({ tenant }) => tenant))];
  if (tenants.length === 0) return [];
  const rows = await transaction.query<TriggerRow>(
    `SELECT ${TRIGGER_COLUMNS} FROM triggers WHERE tenant = ANY($1::text[]) AND enabled ORDER BY id FOR SHARE`,
    [tenants],
  );
  return rows.map(triggerOf);
}

/** Marks jobs that are started because another has ended: their own ends fire no trigger, so that no circle is run through twice. */
export async function markEchoes(transaction: Queries, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await transaction.query('UPDATE jobs SET is_echo = true WHERE id = ANY($1::uuid[])', [ids]);
}

/** Marks events whose triggers have fired. */
export async function noteFired(transaction: Queries, events: readonly EventRecord[]): Promise<void> {
  if (events.length === 0) return;
  await transaction.query('UPDATE events SET fired_at = now() WHERE uid = ANY($1::uuid[])', [
    events.map(({ uid }) => uid),
  ]);
}

/** Notes what became of triggers. */
export async function noteFirings(transaction: Queries, fired: readonly Fired[]): Promise<void> {
  if (fired.length === 0) return;
  const column = <T>(pick: (one: Fired) => T): T[] => fired.map(pick);
  await transaction.query(NOTE_FIRINGS, [
    column(({ trigger }) => trigger.id),
    column(({ event }) => event.uid),
    column(({ event }) => event.id),
    column(({ event }) => event.type),
    column(({ outcome }) => outcome),
    column(({ jobId }) => jobId),
    column(({ reason }) => (reason === null ? null : JSON.stringify(reason))),
  ]);
}

const NOTE_FIRINGS = `
INSERT INTO trigger_runs (trigger_id, event_uid, event_id, event_type, outcome, job_id, reason)
SELECT trigger_id, event_uid, event_id, event_type, outcome, job_id, reason::json
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::text[]) WITH ORDINALITY
  AS new (trigger_id, event_uid, event_id, event_type, outcome, job_id, reason, position)
ORDER BY position`;
