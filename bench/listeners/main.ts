// Many live listeners, each with a connection of its own: they note when their jobs end.
import { Agent, get } from 'node:http';
import { inLanes } from '../lanes.js';
import { preciseNow } from '../rivals/queue-system.js';
import { type CrowdAnswer, type CrowdOrder } from './crowd.js';

const OPENING_AT_ONCE = 100;
const END = /"status":"(completed|failed|cancelled)"/;

const agent = new Agent({ keepAlive: false, maxSockets: Number.POSITIVE_INFINITY });
const ends = new Map<string, number>();
let onEnd: () => void = () => undefined;

process.on('message', (order: CrowdOrder) => {
  if (order.kind === 'listen') void listenToAll(order);
  else void tell(order.jobs);
});
process.on('disconnect', () => process.exit(0));

async function listenToAll({ url, apiKey, jobs }: Extract<CrowdOrder, { kind: 'listen' }>): Promise<void> {
  await inLanes(jobs, OPENING_AT_ONCE, (id) => listen(id, `${url}/v1/jobs/${id}/stream`, apiKey));
  answer({ kind: 'listening' });
}

/** Resolves with the first event. */
function listen(id: string, address: string, apiKey: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const call = get(address, { agent, headers: { authorization: `Bearer ${apiKey}` } }, (stream) => {
      if (stream.statusCode !== 200) reject(new Error(`${address} answered ${stream.statusCode ?? 'nothing'}.`));
      stream.on('data', (piece: Buffer) => {
        if (END.test(piece.toString()) && !ends.has(id)) {
          ends.set(id, preciseNow());
          onEnd();
        }
        resolve();
      });
    });
    call.once('error', reject);
  });
}

async function tell(jobs: readonly string[]): Promise<void> {
  await new Promise<void>((resolve) => {
    onEnd = () => {
      if (jobs.every((id) => ends.has(id))) resolve();
    };
    onEnd();
  });
  answer({ kind: 'heard', at: jobs.map((id) => [id, ends.get(id) ?? Number.NaN] as const) });
}

function answer(message: CrowdAnswer): void {
  process.send?.(message);
}
