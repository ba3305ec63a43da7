import { isBareName } from '#libs/contracts';
import { Problem } from '../console/problem.js';
import { HELP } from './help.js';

/** What is there beside the apps, in the compose file, in the cluster or among the broker's users, under a name that an app would take. */
const TAKEN = [
  ...['gateway', 'dashboard', 'lab', 'migrations', 'rabbitmq', 'postgres', 's3', 'mail-catcher'],
  ...['topology', 'service'],
];

/** The names that an app has. */
export interface AppNames {
  /** Its domain, in kebab case. */
  readonly name: string;
  /** The same as classes are named. */
  readonly pascal: string;
}

/** @throws Problem when an app cannot be named so */
export function appNames(name: string | undefined): AppNames {
  if (name === undefined || !isBareName(name)) {
    throw new Problem(
      `Expected a name in kebab case that begins with a letter, such as billing, got ${name ?? 'none'}.\n${HELP}`,
    );
  }
  if (TAKEN.includes(name)) throw new Problem(`The name ${name} is taken. Choose another: npm run new:app NAME`);
  const pascal = name.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());
  return { name, pascal };
}
