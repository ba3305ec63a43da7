import { type Check, type Patient } from '../check.js';
import { type Finding, orGood, toMend } from '../finding.js';

const MOST_MS = 2_000;
const MEND = 'Let a time service (chrony, systemd-timesyncd, ntpd) set the clocks of every machine.';

/** Whether the clocks of gateway, database and workers agree. */
export const clocks: Check = {
  name: 'clocks',
  examine: async (patient) =>
    orGood(
      [...(await ofDatabase(patient)), ...(await ofWorkers(patient))],
      `The clocks of gateway, database and workers agree to ${MOST_MS / 1_000} s.`,
    ),
};

async function ofDatabase({ ledger }: Patient): Promise<Finding[]> {
  const asked = Date.now();
  const [row] = await ledger.query<{ now: number }>(
    'SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS now',
  );
  const answered = Date.now();
  const now = row?.now ?? asked;
  // Read at any moment between the question and the answer.
  const aheadMs = now > answered ? now - answered : Math.min(0, now - asked);
  if (Math.abs(aheadMs) <= MOST_MS) return [];
  return [toMend(`The clock of the database is ${inWords(aheadMs)} this gateway's.`, MEND)];
}

async function ofWorkers({ ledger }: Patient): Promise<Finding[]> {
  const rows = await ledger.query<{ id: string; behindMs: number }>(
    `SELECT id, clock_behind_ms AS "behindMs" FROM workers
     WHERE heard_at > now() - interval '1 minute' AND abs(clock_behind_ms) > $1 ORDER BY id`,
    [MOST_MS],
  );
  return rows.map(({ id, behindMs }) => toMend(`The clock of ${id} is ${inWords(-behindMs)} the database's.`, MEND));
}

function inWords(aheadMs: number): string {
  return `${Math.round(Math.abs(aheadMs) / 100) / 10} s ${aheadMs > 0 ? 'ahead of' : 'behind'}`;
}
