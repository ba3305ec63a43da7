import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TooManyBytes } from './workspace.js';
import { Workspaces } from './workspaces.js';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'workspaces-spec-'));
});

afterEach(() => rm(root, { recursive: true }));

describe('Workspaces', () => {
  it('opens folders that only this user can read', async () => {
    const workspace = await new Workspaces(root).open();
    expect((await stat(workspace.path('.'))).mode & 0o777).toBe(0o700);
  });

  it('removes what a process left that is gone, and nothing else', async () => {
    const gone = spawn(process.execPath, ['--version']);
    await once(gone, 'exit');
    const host = hostname();
    const running = (await new Workspaces(root).open()).path('.');
    const others = [
      `leveret-media-${String(process.ppid)}-abc-${host}-AAAAAA`,
      `leveret-media-${String(gone.pid)}-abc-other.host-AAAAAA`,
      'leveret-notes',
    ];
    const stale = [
      `leveret-media-${String(gone.pid)}-abc-${host}-AAAAAA`,
      `leveret-media-${String(process.pid)}-0-${host}-AAAAAA`,
    ];
    for (const folder of [...others, ...stale]) await mkdir(join(root, folder, 'inner'), { recursive: true });

    await new Workspaces(root).sweep();

    expect((await readdir(root)).map((name) => join(root, name)).sort()).toEqual(
      [...others.map((name) => join(root, name)), join(running)].map((path) => path.replace(/\/$/, '')).sort(),
    );
  });
});

describe('Workspace', () => {
  const { signal } = new AbortController();

  it('receives a file and says how long it is', async () => {
    const workspace = await new Workspaces(root).open();
    await expect(workspace.receive('a', Readable.from([Buffer.alloc(7)]), 7, signal)).resolves.toBe(7);
    expect((await stat(workspace.path('a'))).size).toBe(7);
  });

  it('stops reading as soon as more comes than may', async () => {
    const workspace = await new Workspaces(root).open();
    let chunks = 0;
    const endless = Readable.from(
      (function* () {
        for (;;) yield Buffer.alloc(1_000 + 0 * chunks++);
      })(),
    );
    await expect(workspace.receive('a', endless, 5_000, signal)).rejects.toThrow(TooManyBytes);
    expect(endless.destroyed).toBe(true);
    expect(chunks).toBeLessThan(100);
  });

  it('fails with the error of what it reads', async () => {
    const workspace = await new Workspaces(root).open();
    const broken = new Readable({
      read() {
        this.destroy(new Error('the disk is on fire'));
      },
    });
    await expect(workspace.receive('a', broken, 5_000, signal)).rejects.toThrow('the disk is on fire');
  });

  it('is removed with all that is in it', async () => {
    const workspace = await new Workspaces(root).open();
    await workspace.receive('a', Readable.from([Buffer.alloc(7)]), 7, signal);
    await workspace.remove();
    expect(await readdir(root)).toEqual([]);
  });
});
