import { randomInt } from 'node:crypto';
import { createServer, connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

const LOOK_EVERY_MS = 50;
/**
 * Below the ports that systems give to outgoing connections: one of those would take a port between its choice and its
 * use.
 */
const CHOICE = { from: 20_000, to: 32_000 };
const MOST_TRIES = 100;

/** True when nothing listens on the port, on 127.0.0.1 or on all addresses. */
export async function isFree(port: number): Promise<boolean> {
  return (await canListen(port, '127.0.0.1')) && (await canListen(port));
}

/** A port that nothing listens on, by chance: two that choose at the same time do not get the same. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const port = randomInt(CHOICE.from, CHOICE.to);
    if (await isFree(port)) return port;
  }
  throw new Error(`${MOST_TRIES} ports of 127.0.0.1 between ${CHOICE.from} and ${CHOICE.to} are all in use.`);
}

/** As many different free ports as there are names; a port of an earlier start is kept while it is free. */
export async function choosePorts<Name extends string>(
  names: readonly Name[],
  earlier: Partial<Record<Name, number>> = {},
): Promise<Record<Name, number>> {
  const chosen = new Map<Name, number>();
  for (const name of names) {
    const before = earlier[name];
    let port = before !== undefined && (await isFree(before)) ? before : await freePort();
    while ([...chosen.values()].includes(port)) port = await freePort();
    chosen.set(name, port);
  }
  return Object.fromEntries(chosen) as Record<Name, number>;
}

/** Waits until every port is free; false when `patienceMs` was not enough. */
export async function becomeFree(ports: readonly number[], patienceMs: number): Promise<boolean> {
  const deadline = Date.now() + patienceMs;
  for (const port of ports) {
    while (!(await isFree(port))) {
      if (Date.now() > deadline) return false;
      await wait(LOOK_EVERY_MS);
    }
  }
  return true;
}

/** True when something on 127.0.0.1 takes a connection on the port. */
export function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const finish = (result: boolean) => () => {
      socket.destroy();
      resolve(result);
    };
    socket.once('connect', finish(true)).once('error', finish(false));
  });
}

function canListen(port: number, host?: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen({ port, ...(host === undefined ? {} : { host }) }, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
