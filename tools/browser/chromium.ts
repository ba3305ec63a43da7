import { Problem } from '../console/problem.js';
import { type Screen } from '../console/screen.js';
import { type DebianPackage, ensureInstalled, installCommand } from '../local-nodes/debian-package.js';
import { findProgram } from '../local-nodes/rabbitmq-program.js';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const PACKAGE: DebianPackage = { name: 'chromium', advice: 'name a browser: CHROMIUM=/path/to/chromium' };

/**
 * The program of a Chromium: the one that `CHROMIUM` names, an installed one, or the distribution's package when it may be
 * installed.
 * @throws Problem with the command to type when there is no way
 */
export async function ensureChromium(screen: Screen, env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const installed = await ensureInstalled(() => find(env), PACKAGE, screen);
  if (installed !== undefined) return installed;
  throw new Problem(
    `No Chromium: none is installed, and this user may not install packages. Install it (${installCommand(PACKAGE.name)}), or ` +
      'name one: CHROMIUM=/path/to/chromium',
  );
}

function find(env: NodeJS.ProcessEnv): string | undefined {
  const given = env['CHROMIUM'];
  if (given !== undefined && given !== '') return given;
  return NAMES.map((name) => findProgram(name, env)).find((path) => path !== undefined);
}
