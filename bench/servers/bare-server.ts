import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { PROJECT } from '../../tools/start/app-list.js';

/** A web server in a process of its own that does nothing but to take the request of a job. */
export class BareServer {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  static async start(name: 'bare-fastify' | 'bare-nest'): Promise<BareServer> {
    const child = fork(join(PROJECT, 'dist', 'bench', 'servers', name, 'main.js'));
    const [{ url }] = (await once(child, 'message')) as [{ url: string }];
    return new BareServer(child, url);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  async stop(): Promise<void> {
    this.child.disconnect();
    await once(this.child, 'exit');
  }
}
