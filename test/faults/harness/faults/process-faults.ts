import { setTimeout as wait } from 'node:timers/promises';
import { eventually } from '../../../support/eventually.js';
import { SuiteJobs } from '../../../support/suite-jobs.js';
import { charging, type Fault, type Scene, sparing } from '../fault.js';
import { CONCURRENCY } from '../fault-suite.js';

/** Longer than a worker may be silent before its runs count as lost. */
const WORKER_FREEZE_MS = 8_000;
const GATEWAY_FREEZE_MS = 4_000;
const AWAY_MS = 4_000;

/** kill -9, SIGSTOP and SIGTERM of every kind of process. */
export const PROCESS_FAULTS: readonly Fault[] = [
  { kind: 'worker killed', strike: charging(CONCURRENCY, (scene) => bounce(scene, worker(scene), 'kill')) },
  {
    kind: 'worker frozen',
    strike: charging(CONCURRENCY, (scene) => scene.system.freeze(worker(scene), WORKER_FREEZE_MS)),
  },
  { kind: 'worker restarted', strike: sparing((scene) => bounce(scene, worker(scene), 'drain')) },
  { kind: 'gateway killed', strike: sparing((scene) => bounce(scene, gateway(scene), 'kill')) },
  { kind: 'gateway frozen', strike: sparing((scene) => scene.system.freeze(gateway(scene), GATEWAY_FREEZE_MS)) },
  { kind: 'gateway restarted', strike: sparing((scene) => bounce(scene, gateway(scene), 'drain')) },
  { kind: 'tracker away while jobs run', strike: sparing(leaveTogether) },
  { kind: 'every process restarted in turn', strike: sparing(restartInTurn) },
  { kind: 'worker killed as a job starts', strike: charging(CONCURRENCY, dieAtStart) },
  { kind: 'worker killed between confirm and acknowledgement', strike: charging(CONCURRENCY, dieBeforeAcknowledging) },
];

function worker({ random, system }: Scene): string {
  return random.pick(system.workers);
}

function gateway({ random, system }: Scene): string {
  return random.pick(system.gateways);
}

async function bounce({ system }: Scene, process: string, how: 'kill' | 'drain'): Promise<void> {
  await system.down(process, how);
  await system.up(process);
}

async function leaveTogether({ system }: Scene): Promise<void> {
  await Promise.all(system.gateways.map((gateway) => system.down(gateway, 'kill')));
  await wait(AWAY_MS);
  await Promise.all(system.gateways.map((gateway) => system.up(gateway)));
}

async function restartInTurn(scene: Scene): Promise<void> {
  for (const process of scene.random.shuffled(scene.system.processes)) await bounce(scene, process, 'drain');
}

/** The job kills its process with its first line, before anybody has heard that it began. */
async function dieAtStart({ system, witness }: Scene): Promise<void> {
  const jobs = new SuiteJobs(system.suite);
  const { id } = await jobs.enqueue('lab.script', { steps: ['crash', 'ok'], witness }, { priority: 9, maxAttempts: 5 });
  await jobs.completed(id);
  await system.allUp();
}

/** What it was about to acknowledge has been told and is delivered again; whatever else it had is lost. */
async function dieBeforeAcknowledging(scene: Scene): Promise<void> {
  const { system } = scene;
  const process = worker(scene);
  const { acknowledgements } = system.links.of(process);
  acknowledgements.close();
  try {
    await eventually('acknowledgement on its way', () => acknowledgements.held > 0 || undefined);
    await system.down(process, 'kill');
  } finally {
    acknowledgements.open();
  }
  await system.up(process);
}
