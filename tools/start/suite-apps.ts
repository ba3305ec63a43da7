import { type Problem } from '../console/problem.js';
import { type Screen } from '../console/screen.js';
import { AppKeeper } from '../processes/app-keeper.js';
import { LogOfProcess } from '../processes/line-sink.js';
import { AppPool } from '../scale/app-pool.js';
import { AppScaler } from '../scale/app-scaler.js';
import { COOL_DOWN_MS, TARGET_MS } from '../scale/decide.js';
import { PoolCrew } from '../scale/pool-crew.js';
import { type ScaleRange, varies } from '../scale/scale-range.js';
import { type Leveret } from '#libs/sdk';
import { appMain } from '../project/app-list.js';
import { type DataFolder } from './data-folder.js';

const GATEWAY = 'gateway';
const ONE: ScaleRange = { least: 1, most: 1 };

/** What the apps of a suite are started with. */
export interface SuiteAppsPlan {
  readonly apps: readonly string[];
  readonly scale: ReadonlyMap<string, ScaleRange>;
  readonly environmentOf: (app: string) => NodeJS.ProcessEnv;
  readonly data: DataFolder;
  readonly screen: Screen;
  readonly onChange: () => void;
  readonly onGiveUp: (problem: Problem) => void;
}

/** The processes of the gateway and of the consumer apps; of some apps as many as their queues need. */
export class SuiteApps {
  private readonly pools: readonly AppPool[];
  private readonly scalers: AppScaler[] = [];

  constructor(private readonly plan: SuiteAppsPlan) {
    this.pools = [GATEWAY, ...plan.apps].map((app) => this.makePool(app));
  }

  /** All that run or are about to. */
  get members(): readonly AppKeeper[] {
    return this.pools.flatMap((pool) => pool.members);
  }

  /** Resolves when the first processes of every app are ready. @throws Problem when one does not start */
  async start(): Promise<void> {
    const first = this.pools.flatMap((pool) => pool.prepare(this.rangeOf(pool.app).least));
    await Promise.all(
      first.map((keeper) => this.plan.screen.step(`Starting ${keeper.about.process}`, () => keeper.start())),
    );
  }

  /** From now on apps that were given a range have as many processes as their queues need. */
  scale(leveret: Leveret): void {
    for (const pool of this.pools) {
      const range = this.rangeOf(pool.app);
      if (!varies(range)) continue;
      const rules = { ...range, targetMs: TARGET_MS, coolDownMs: COOL_DOWN_MS };
      const say = (words: string): void => {
        this.plan.screen.say(`[${pool.app}] ${words}`);
      };
      const scaler = new AppScaler({
        leveret,
        crew: new PoolCrew(pool),
        rules,
        tell: ({ words }) => say(words),
        warn: say,
      });
      this.scalers.push(scaler);
      scaler.start();
    }
  }

  async stop(graceMs: number): Promise<void> {
    for (const scaler of this.scalers) scaler.stop();
    await Promise.all(this.pools.map((pool) => pool.stop(graceMs)));
  }

  killNow(): void {
    for (const scaler of this.scalers) scaler.stop();
    for (const pool of this.pools) pool.killNow();
  }

  private rangeOf(app: string): ScaleRange {
    return this.plan.scale.get(app) ?? ONE;
  }

  private makePool(app: string): AppPool {
    const { onChange, onGiveUp, screen } = this.plan;
    const env = this.plan.environmentOf(app);
    return new AppPool(app, {
      onChange,
      // A suite that starts ends what another has left, whose broker has gone with it.
      isLeft: () => false,
      make: (process, gaveUp) => this.makeKeeper({ app, process, env }, gaveUp),
      // Where there may be more or fewer the scaler tries again; else a part of the suite is missing for good.
      onGiveUp: (problem) => {
        if (varies(this.rangeOf(app))) screen.say(`[${app}] ${problem.message}`);
        else onGiveUp(problem);
      },
    });
  }

  private makeKeeper(
    about: { readonly app: string; readonly process: string; readonly env: NodeJS.ProcessEnv },
    onGiveUp: (problem: Problem) => void,
  ): AppKeeper {
    const { data, screen, onChange } = this.plan;
    const say = (text: string): void => {
      screen.say(text);
    };
    const lines = new LogOfProcess(data.logFile(about.process), (text) => {
      say(`[${about.process}] ${text}`);
    });
    const files = { main: appMain(about.app), recordFile: data.processFile(about.process), lines };
    return new AppKeeper({ ...about, ...files }, { say, onRestart: onChange, onGiveUp });
  }
}
