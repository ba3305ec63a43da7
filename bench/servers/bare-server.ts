import { ChildProgram } from '../child-program.js';

/** A web server in a process of its own that does nothing but to take the request of a job. */
export class BareServer {
  private constructor(
    private readonly program: ChildProgram<never, { readonly url: string }>,
    readonly url: string,
  ) {}

  static async start(name: 'bare-fastify' | 'bare-nest' | 'distant-http'): Promise<BareServer> {
    const program = new ChildProgram<never, { readonly url: string }>(`servers/${name}`);
    const { url } = await program.hear();
    return new BareServer(program, url);
  }

  get pid(): number {
    return this.program.pid;
  }

  stop(): Promise<void> {
    return this.program.stop();
  }
}
