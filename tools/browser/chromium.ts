import { type Screen } from '../console/screen.js';
import { type DebianPackage, ensureInstalled } from '../local-nodes/debian-package.js';
import { findProgram } from '../local-nodes/rabbitmq-program.js';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const PACKAGE: DebianPackage = {
  ...{ name: 'chromium', title: 'Chromium' },
  advice: 'name a browser: CHROMIUM=/path/to/chromium',
};

/**
 * The program of a Chromium: the one that `CHROMIUM` names, an installed one, or the distribution's package when it may be
 * installed.
 * @throws Problem with the command to type when there is no way
 */
export function ensureChromium(screen: Screen, env: NodeJS.ProcessEnv = process.env): Promise<string> {
  return ensureInstalled(() => find(env), PACKAGE, screen);
}

function find(env: NodeJS.ProcessEnv): string | undefined {
  const given = env['CHROMIUM'];
  if (given !== undefined && given !== '') return given;
  return NAMES.map((name) => findProgram(name, env)).find((path) => path !== undefined);
}
