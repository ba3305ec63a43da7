import { join } from 'node:path';
import { createTelemetry } from '#libs/observability';
import { Leveret } from '#libs/sdk';
import { ConfigError } from '#libs/config';
import { Problem } from '../console/problem.js';
import { AppKeeper } from '../processes/app-keeper.js';
import { PassedLines } from '../processes/line-sink.js';
import { recordedProcess } from '../processes/process-record.js';
import { RECORD_SUFFIX, retireRecorded } from '../processes/recorded-processes.js';
import { appMain, consumerApps } from '../project/app-list.js';
import { Interruption } from '../start/interruption.js';
import { LaunchLock } from '../start/launch-lock.js';
import { AppPool } from './app-pool.js';
import { AppScaler } from './app-scaler.js';
import { type Crew } from './crew.js';
import { type ScaleRules } from './decide.js';
import { HELP } from './help.js';
import { parseScaleOptions, type ScaleOptions } from './options.js';
import { PoolCrew } from './pool-crew.js';
import { WatchedCrew } from './watched-crew.js';

const DRAIN_GRACE_MS = 45_000;
const FORCED_EXIT_CODE = 130;

const { logger } = createTelemetry({ service: 'scale', level: process.env['LOG_LEVEL'] ?? 'info' });

/** `npm run scale`: the processes of consumer apps on one machine, for those who run them without an orchestrator. */
async function main(): Promise<number> {
  const options = parseScaleOptions(process.argv.slice(2), consumerApps());
  if (options.help) {
    process.stdout.write(`${HELP}\n`);
    return 0;
  }
  const apiKey = process.env['LEVERET_API_KEY'];
  if (apiKey === undefined || apiKey === '')
    throw new Problem('Expected an admin key of the gateway in LEVERET_API_KEY.');
  const leveret = new Leveret({ apiKey });
  const interruption = new Interruption();
  if (options.dryRun) return watch(leveret, options, interruption);
  const lock = LaunchLock.take(join(options.dataFolder, 'scale.lock'));
  try {
    return await keep(leveret, options, interruption);
  } finally {
    lock.release();
  }
}

async function watch(leveret: Leveret, { rules }: ScaleOptions, { stopped }: Interruption): Promise<number> {
  const scalers = [...rules].map(([app, own]) => scalerOf(leveret, new WatchedCrew(app), own));
  for (const scaler of scalers) scaler.start();
  await stopped;
  for (const scaler of scalers) scaler.stop();
  return 0;
}

async function keep(leveret: Leveret, options: ScaleOptions, interruption: Interruption): Promise<number> {
  const { rules } = options;
  // What a scaler that was killed has left: its jobs go on to their end, beside those of new processes.
  retireRecorded(options.dataFolder);
  const pools = [...rules.keys()].map((app) => poolOf(app, options));
  interruption.onForce(async () => {
    for (const pool of pools) pool.killNow();
    process.exit(FORCED_EXIT_CODE);
  });
  const first = pools.flatMap((pool) => pool.prepare(rules.get(pool.app)?.least ?? 1));
  const scalers = pools.flatMap((pool) => {
    const own = rules.get(pool.app);
    return own === undefined ? [] : [scalerOf(leveret, new PoolCrew(pool), own)];
  });
  try {
    await Promise.race([Promise.all(first.map((keeper) => keeper.start())), interruption.stopped]);
    for (const scaler of scalers) scaler.start();
    await interruption.stopped;
  } finally {
    for (const scaler of scalers) scaler.stop();
    await Promise.all(pools.map((pool) => pool.stop(DRAIN_GRACE_MS)));
  }
  return 0;
}

function scalerOf(leveret: Leveret, crew: Crew, rules: ScaleRules): AppScaler {
  const { app } = crew;
  return new AppScaler({
    ...{ leveret, crew, rules },
    tell: ({ words, why: _why, ...numbers }) => {
      logger.info({ event: 'scale.decided', app, ...numbers, targetMs: rules.targetMs }, words);
    },
    warn: (text) => {
      logger.warn({ event: 'scale.blind', app }, text);
    },
  });
}

function poolOf(app: string, { dataFolder, main: entry, rules }: ScaleOptions): AppPool {
  const say = (text: string): void => {
    logger.warn({ event: 'scale.process', app }, text);
  };
  const env = environmentOf(rules.get(app)?.most ?? 1);
  const recordFileOf = (name: string): string => join(dataFolder, `${name}${RECORD_SUFFIX}`);
  return new AppPool(app, {
    isLeft: (name) => recordedProcess(recordFileOf(name)) !== undefined,
    make: (name, onGiveUp) => {
      const about = { app, process: name, main: entry ?? appMain(app), env, recordFile: recordFileOf(name) };
      const lines = new PassedLines(process.stdout);
      return new AppKeeper({ ...about, lines }, { say, onGiveUp, onRestart: () => undefined });
    },
    onChange: () => undefined,
    onGiveUp: ({ message }) => {
      say(message);
    },
  });
}

/** What an app is started with: each process takes a port of its own, and its share of what all of them may do at most. */
function environmentOf(most: number): NodeJS.ProcessEnv {
  const { LEVERET_API_KEY: _key, LEVERET_URL: _url, ...env } = process.env;
  return { MAIL_PROCESSES: String(most), ...env, HEALTH_PORT: '0' };
}

// The reader of a pipe may go before the processes do.
process.stdout.on('error', () => undefined);
try {
  process.exit(await main());
} catch (error) {
  const plain = error instanceof Problem || error instanceof ConfigError;
  console.error(plain ? error.message : error);
  process.exit(1);
}
