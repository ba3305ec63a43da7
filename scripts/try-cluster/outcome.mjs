// What has become of jobs: in the ledger, and in the file in which handlers themselves note that they run.
import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';

// The reconciler proves for minutes that something is lost before it sends it again.
const END_PATIENCE_MS = 360_000;

export async function allEnded(suite) {
  const open = `select id, status, run, attempt, worker_id from jobs where status not in ('completed', 'failed', 'cancelled')`;
  const deadline = Date.now() + END_PATIENCE_MS;
  for (;;) {
    const rows = await query(suite, open);
    if (rows.length === 0) return;
    if (Date.now() > deadline) {
      const outbox = await query(suite, 'select kind, job_id, run, parked_reason, free_at from outbox limit 5');
      const about = { open: rows.length, first: rows.slice(0, 3), outbox, log: suite.lines.slice(-30) };
      throw new Error(`Jobs are still open: ${JSON.stringify(about, null, 2)}`);
    }
    await wait(500);
  }
}

/** Tells how accepted jobs have ended; gives how many are lost. */
export async function report(suite, { accepted, refused }, witness) {
  const rows = new Map((await query(suite, 'select id, status, charged from jobs')).map((row) => [row.id, row]));
  const executions = new Map();
  for (const { job } of await begun(witness)) executions.set(job, (executions.get(job) ?? 0) + 1);
  const repaired = suite.lines
    .filter((line) => line.includes('"jobs.repaired"'))
    .map((line) => /"count":(\d+)/.exec(line)?.[1]);
  const ids = [...accepted];
  const lost = ids.filter(([id]) => rows.get(id)?.status !== 'completed');
  const again = ids.filter(([id, wanted]) => (executions.get(id) ?? 0) > wanted);
  const charged = ids.filter(([id, wanted]) => rows.get(id)?.charged > wanted);
  console.log(
    `accepted ${ids.length}, not accepted ${refused}, lost ${lost.length}, ` +
      `executed more often than they had to ${again.length}, charged for what was not their fault ${charged.length}, ` +
      `found missing and sent again ${repaired.reduce((sum, count) => sum + Number(count), 0)}`,
  );
  return lost.length;
}

/** When handlers began, as they noted it themselves. */
export async function begun(witness) {
  const lines = (await readFile(witness, 'utf8').catch(() => '')).split('\n').filter(Boolean);
  return lines
    .map((line) => line.split(' '))
    .flatMap(([job, , word, at]) => (word === 'begin' ? [{ job, at: Number(at) }] : []));
}

async function query(suite, text) {
  const client = new pg.Client({ connectionString: suite.databaseUrl });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}
