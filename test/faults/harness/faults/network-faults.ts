import { setTimeout as wait } from 'node:timers/promises';
import { type TcpProxy } from '../../../support/tcp-proxy.js';
import { charging, disconnecting, type Fault, type Scene, sparing } from '../fault.js';
import { CONCURRENCY } from '../fault-suite.js';

const DELAY_MS = 200;
const SLOW_MS = 4_000;
const RESETS = 3;
const BETWEEN_RESETS_MS = 700;
/** Longer than two heartbeats of a connection: the broker gives the worker's messages to others. */
const WORKER_CUT_OFF_MS = 25_000;
const GATEWAY_CUT_OFF_MS = 12_000;

/** Latency, resets and black holes between each kind of process and each server. */
export const NETWORK_FAULTS: readonly Fault[] = [
  { kind: 'slow network', strike: sparing(slowNetwork) },
  { kind: 'connections reset', strike: disconnecting(resetConnections) },
  { kind: 'worker cut off from the broker', strike: charging(CONCURRENCY, cutOffWorker) },
  { kind: 'gateway cut off from the broker', strike: sparing((scene) => cutOffGateway(scene, 'broker')) },
  { kind: 'gateway cut off from the database', strike: sparing((scene) => cutOffGateway(scene, 'database')) },
];

function everyProxy({ system: { links, processes } }: Scene): readonly TcpProxy[] {
  return processes.map((process) => links.of(process)).flatMap(({ broker, database }) => [broker, database]);
}

async function slowNetwork(scene: Scene): Promise<void> {
  const proxies = everyProxy(scene);
  for (const proxy of proxies) proxy.slow(DELAY_MS);
  await wait(SLOW_MS);
  for (const proxy of proxies) proxy.heal();
}

async function resetConnections(scene: Scene): Promise<void> {
  for (let round = 0; round < RESETS; round += 1) {
    for (const proxy of everyProxy(scene)) proxy.reset();
    await wait(BETWEEN_RESETS_MS);
  }
}

function cutOffWorker({ system, random }: Scene): Promise<void> {
  return cutOff(system.links.of(random.pick(system.workers)).broker, WORKER_CUT_OFF_MS);
}

function cutOffGateway({ system, random }: Scene, from: 'broker' | 'database'): Promise<void> {
  return cutOff(system.links.of(random.pick(system.gateways))[from], GATEWAY_CUT_OFF_MS);
}

async function cutOff(proxy: TcpProxy, ms: number): Promise<void> {
  proxy.blackHole();
  await wait(ms);
  proxy.heal();
}
