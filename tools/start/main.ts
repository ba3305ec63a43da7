import { existsSync } from 'node:fs';
import { ConfigError } from '#libs/config';
import { errorCode, Problem } from '../console/problem.js';
import { Screen } from '../console/screen.js';
import { freePort, isFree } from '../local-nodes/ports.js';
import { appMain, consumerApps } from '../project/app-list.js';
import { DataFolder, describeFolderError } from './data-folder.js';
import { DEMONSTRATION_TASK, demonstrate } from './demonstration.js';
import { HELP } from './help.js';
import { Interruption } from './interruption.js';
import { LaunchLock } from './launch-lock.js';
import { parseStartOptions, type StartOptions } from './options.js';
import { Suite } from './suite.js';
import { renderWelcome } from './welcome.js';

const FORCED_EXIT_CODE = 130;

/** `npm start`: the whole suite as separate processes, until it is interrupted. */
async function main(screen: Screen): Promise<number> {
  const options = parseStartOptions(process.argv.slice(2), process.env, consumerApps());
  if (options.help) {
    screen.say(HELP);
    return 0;
  }
  const data = new DataFolder(options.dataFolder);
  data.prepare();
  const lock = LaunchLock.take(data.lockFile);
  try {
    const port = await choosePort(options.port);
    return await runSuite(options, data, port, screen);
  } catch (error) {
    if (errorCode(error) === 'ENOSPC') throw new Problem(describeFolderError(data.path, error));
    throw error;
  } finally {
    lock.release();
  }
}

async function choosePort(wanted: number): Promise<number> {
  if (!existsSync(appMain('gateway')))
    throw new Problem('The gateway is not built. Remove dist and run npm start again.');
  if (wanted === 0) return freePort();
  if (await isFree(wanted)) return wanted;
  throw new Problem(
    `Port ${wanted} is in use by another program. Stop that, or choose another port: npm start -- --port ${wanted + 1} (0 takes any free one).`,
  );
}

async function runSuite(options: StartOptions, data: DataFolder, port: number, screen: Screen): Promise<number> {
  const interruption = new Interruption();
  const suite = new Suite({ options, env: process.env, data, port }, screen, (problem) => {
    interruption.fail(problem);
  });
  interruption.onForce(async () => {
    screen.say('Forced: killing everything.');
    await suite.kill();
    process.exit(FORCED_EXIT_CODE);
  });
  try {
    await Promise.race([bringUp(suite, { options, data, screen, signal: interruption.signal }), interruption.stopped]);
    await interruption.stopped;
  } finally {
    screen.say();
    await suite.stop();
  }
  screen.say('Everything has stopped.');
  return 0;
}

interface BringUp {
  readonly options: StartOptions;
  readonly data: DataFolder;
  readonly screen: Screen;
  readonly signal: AbortSignal;
}

async function bringUp(suite: Suite, { options, data, screen, signal }: BringUp): Promise<void> {
  await suite.start();
  const hasTask = options.apps.some((app) => DEMONSTRATION_TASK.startsWith(`${app}.`));
  if (options.demonstration && hasTask) await demonstrate(suite.leveret, { filesFolder: data.files, screen, signal });
  if (!signal.aborted) screen.say(renderWelcome(suite.facts, data.path));
}

// The reader of a pipe may go before the suite does.
process.stdout.on('error', () => undefined);
try {
  process.exit(await main(new Screen()));
} catch (error) {
  const plain = error instanceof Problem || error instanceof ConfigError;
  console.error(plain ? `\n${error.message}` : error);
  process.exit(1);
}
