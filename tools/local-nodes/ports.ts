import { createServer, connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

const LOOK_EVERY_MS = 50;

/** True when nothing listens on the port, on 127.0.0.1 or on all addresses. */
export async function isFree(port: number): Promise<boolean> {
  return (await listenOnce(port, '127.0.0.1')) !== undefined && (await listenOnce(port)) !== undefined;
}

/** A port that nothing listens on. */
export async function freePort(): Promise<number> {
  const port = await listenOnce(0, '127.0.0.1');
  if (port === undefined) throw new Error('The system has no free port on 127.0.0.1.');
  return port;
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

function listenOnce(port: number, host?: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(undefined);
    });
    server.listen({ port, ...(host === undefined ? {} : { host }) }, () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === 'object' && address !== null ? address.port : undefined);
      });
    });
  });
}
