import { isBareName } from '#libs/contracts';

/** The domains of the apps that come with the suite. */
export const OWN_DOMAINS: readonly string[] = [
  // One on each line: npm run new:app puts another behind them.
  'email',
  'exports',
  'integrations',
  'media',
];

/** Whose users have the names that users of such domains would have. */
const NO_DOMAINS: readonly string[] = ['topology', 'gateway', 'service'];

/**
 * The domains that a command is about: those that are named, else those of the apps that come with the suite.
 * @throws TypeError for a name that no domain can have, or that another user of the broker has
 */
export function domainsOf(args: readonly string[]): readonly string[] {
  const wrong = args.find((name) => !isBareName(name) || NO_DOMAINS.includes(name));
  if (wrong !== undefined)
    throw new TypeError(
      `Expected names of domains, such as media, but not ${NO_DOMAINS.join(', ')}; got ${JSON.stringify(wrong)}.`,
    );
  return args.length === 0 ? OWN_DOMAINS : [...new Set(args)].sort();
}
