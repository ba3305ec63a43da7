import { setTimeout as wait } from 'node:timers/promises';
import { Problem } from '../console/problem.js';
import { AppProcess } from './app-process.js';
import { type LineSink } from './line-sink.js';
import { Pauses } from './pauses.js';
import { endLeftover } from './process-record.js';

const READY_PATIENCE_MS = 60_000;
const LEFTOVER_GRACE_MS = 15_000;
const FAILED_STARTS_ALLOWED = 3;

export interface KeptApp {
  /** `media`; the second process of an app is `media-2`. */
  readonly process: string;
  readonly app: string;
  readonly main: string;
  readonly env: NodeJS.ProcessEnv;
  readonly recordFile: string;
  /** Gets every line that the process prints. */
  readonly lines: LineSink;
}

/** Who is told what becomes of a process. */
export interface KeeperSurroundings {
  readonly say: (text: string) => void;
  /** The app runs again after it had ended, at this address. */
  readonly onRestart: () => void;
  /** The app cannot be kept running. */
  readonly onGiveUp: (problem: Problem) => void;
}

/** Keeps one process of an app running: starts it, shows its errors, and starts it again when it dies. */
export class AppKeeper {
  private current: AppProcess | undefined;
  private address: string | undefined;
  private stopping = false;
  private readonly pauses = new Pauses();

  constructor(
    readonly about: KeptApp,
    private readonly around: KeeperSurroundings,
  ) {}

  get pid(): number | undefined {
    return this.current?.isRunning === true ? this.current.pid : undefined;
  }

  get url(): string | undefined {
    return this.address;
  }

  /**
   * Resolves when the app is ready for the first time, and keeps it running from then on.
   * @throws Problem with the end of its log when it does not become ready in three starts.
   */
  async start(): Promise<void> {
    await endLeftover(this.about.recordFile, 'SIGTERM', LEFTOVER_GRACE_MS);
    const process = await this.launchUntilReady();
    void this.keep(process);
  }

  async stop(graceMs: number): Promise<void> {
    this.stopping = true;
    await this.current?.stop(graceMs);
  }

  /** Lets it end when what it has in hand has ended, however long that takes; `stop` may come meanwhile. */
  async retire(): Promise<void> {
    this.stopping = true;
    await this.current?.retire();
  }

  /** Kills it without waiting. */
  killNow(): void {
    this.stopping = true;
    this.current?.killNow();
  }

  private async keep(first: AppProcess): Promise<void> {
    let running = first;
    for (;;) {
      const since = Date.now();
      const how = await running.ended;
      if (this.isStopping()) return;
      const pause = this.pauses.next(Date.now() - since);
      this.say(`ended (${how}); starting it again in ${pause / 1_000} s`);
      await wait(pause);
      try {
        running = await this.launchUntilReady();
        this.say('runs again');
        this.around.onRestart();
      } catch (error) {
        if (!this.isStopping()) this.around.onGiveUp(error as Problem);
        return;
      }
    }
  }

  private async launchUntilReady(): Promise<AppProcess> {
    let last = '';
    for (let tries = 1; tries <= FAILED_STARTS_ALLOWED; tries += 1) {
      if (this.isStopping()) break;
      const process = this.launch();
      const impatience = setTimeout(() => {
        this.say(`is not ready after ${READY_PATIENCE_MS / 1_000} s`);
        process.killNow();
      }, READY_PATIENCE_MS);
      this.address = await process.ready;
      clearTimeout(impatience);
      if (this.address !== undefined) return process;
      last = await process.ended;
    }
    throw new Problem(`${this.about.process} does not start (${last}). ${this.about.lines.ending()}`);
  }

  private launch(): AppProcess {
    this.current = new AppProcess({
      main: this.about.main,
      env: this.about.env,
      recordFile: this.about.recordFile,
      onLine: (line) => {
        this.about.lines.take(line);
      },
    });
    return this.current;
  }

  private say(text: string): void {
    this.around.say(`[${this.about.process}] ${text}`);
  }

  private isStopping(): boolean {
    return this.stopping;
  }
}
