import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type OnApplicationBootstrap } from '@nestjs/common';
import { Workspace } from './workspace.js';

const FOLDER = /^leveret-media-(?<pid>\d+)-(?<start>[0-9a-z]+)-(?<host>.+)-[A-Za-z0-9]{6}$/;

/** Opens a private folder for each run of a job, and removes those that an earlier process left when it was killed. */
export class Workspaces implements OnApplicationBootstrap {
  readonly #root: string;
  /** A container's process often has the same id after a restart; its time of start tells them apart. */
  readonly #start = Math.round(performance.timeOrigin).toString(36);

  /** @param root an existing folder, best on a local disk; the folders are made in it */
  constructor(root: string) {
    this.#root = root;
  }

  onApplicationBootstrap(): Promise<void> {
    return this.sweep();
  }

  /** Makes an empty folder that only this user can read. */
  async open(): Promise<Workspace> {
    const prefix = `leveret-media-${String(process.pid)}-${this.#start}-${hostname()}-`;
    return new Workspace(await mkdtemp(join(this.#root, prefix)));
  }

  /** Removes what processes of this machine left that do not run any more. */
  async sweep(): Promise<void> {
    const stale = (await readdir(this.#root)).filter((name) => this.#isStale(name));
    await Promise.all(stale.map((name) => rm(join(this.#root, name), { recursive: true, force: true })));
  }

  #isStale(name: string): boolean {
    const { pid, start, host } = FOLDER.exec(name)?.groups ?? {};
    if (host !== hostname()) return false;
    return Number(pid) === process.pid ? start !== this.#start : !isRunning(Number(pid));
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs, as another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
