import { type Queries } from './database.js';
import { type NewEvent, type TakenEvent } from './event-row.js';

interface EventRow {
  readonly uid: string;
  readonly tenant: string;
  readonly id: string;
  readonly type: string;
  readonly received_at: Date;
}

/**
 * Enters events, with outbox rows for those that are to be published. Of events with one id the first is entered, and the others
 * have its row in the answer. The same events may be entered again: then those of before are in the answer.
 */
export async function insertEvents(queries: Queries, events: readonly NewEvent[]): Promise<TakenEvent[]> {
  const column = <T>(pick: (event: NewEvent) => T): T[] => events.map(pick);
  const [tenants, ids] = [column(({ tenant }) => tenant), column(({ id }) => id)];
  const inserted = await queries.query<EventRow>(INSERT, [
    column(({ uid }) => uid),
    tenants,
    ids,
    column(({ type }) => type),
    column(({ data }) => data),
    column(({ toPublish }) => toPublish),
  ]);
  const all = inserted.length === events.length ? inserted : await queries.query<EventRow>(READ, [tenants, ids]);
  const rows = new Map(all.map((row) => [nameOf(row), row]));
  return events.map((event) => {
    const row = rows.get(nameOf(event));
    if (row === undefined) throw new Error(`The event ${event.id} was taken in and is not there.`);
    return { id: row.id, type: row.type, receivedAt: row.received_at, isNew: row.uid === event.uid };
  });
}

function nameOf({ tenant, id }: { readonly tenant: string; readonly id: string }): string {
  return JSON.stringify([tenant, id]);
}

// In the order of their keys, so that two statements with the same events wait for each other one way only.
const INSERT = `
WITH new AS (
  SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::boolean[])
    WITH ORDINALITY AS given (uid, tenant, id, type, data, to_publish, position)
), inserted AS (
  INSERT INTO events (uid, tenant, id, type, data)
  SELECT uid, tenant, id, type, data::json FROM new ORDER BY tenant, id, position
  ON CONFLICT (tenant, id) DO NOTHING
  RETURNING uid, tenant, id, type, received_at
), sent AS (
  INSERT INTO outbox (kind, event_uid, free_at)
  SELECT 'event', uid, now() FROM inserted JOIN new USING (uid) WHERE to_publish ORDER BY position
)
SELECT * FROM inserted`;

const READ = `
SELECT uid, tenant, id, type, received_at FROM events
JOIN unnest($1::text[], $2::text[]) AS asked (tenant, id) USING (tenant, id)`;
