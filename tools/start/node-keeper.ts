import { type Screen } from '../console/screen.js';
import { errorMessage, Problem } from '../console/problem.js';
import { type LocalNode } from '../local-nodes/local-node.js';

interface Surroundings {
  readonly screen: Screen;
  readonly onRestart: () => void;
  readonly onGiveUp: (problem: Problem) => void;
}

/** Keeps the broker or the database running: one that ends by itself is started again, at the same address. */
export class NodeKeeper<Node extends LocalNode> {
  private stopping = false;
  private starting: Promise<void> | undefined;

  constructor(
    private readonly title: string,
    readonly node: Node,
    private readonly around: Surroundings,
  ) {}

  async start(): Promise<void> {
    await this.launch();
    void this.keep();
  }

  /** Safe at any time, also while it starts. */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.node.stop();
    if (this.starting === undefined) return;
    // A start that had not come to its process yet brings it up after the first stop.
    await this.starting.catch(() => undefined);
    await this.node.stop();
  }

  async kill(): Promise<void> {
    this.stopping = true;
    await this.node.kill();
  }

  private async keep(): Promise<void> {
    for (;;) {
      const how = await this.node.ended;
      if (this.isStopping()) return;
      this.around.screen.say(`[${this.title}] ended (${how}); starting it again`);
      try {
        await this.launch();
        this.around.screen.say(`[${this.title}] runs again`);
        this.around.onRestart();
      } catch (error) {
        if (!this.isStopping()) this.around.onGiveUp(new Problem(errorMessage(error)));
        return;
      }
    }
  }

  private async launch(): Promise<void> {
    this.starting = this.node.start();
    try {
      await this.starting;
    } finally {
      this.starting = undefined;
    }
  }

  private isStopping(): boolean {
    return this.stopping;
  }
}
