import { isBareName } from '#libs/contracts';

/** The domains of the apps that come with the suite. */
export const OWN_DOMAINS = ['email', 'exports', 'integrations', 'media'] as const;

/**
 * The domains that a command is about: those that are named, else those of the apps that come with the suite.
 * @throws TypeError for a name that no domain can have
 */
export function domainsOf(args: readonly string[]): readonly string[] {
  const wrong = args.find((name) => !isBareName(name));
  if (wrong !== undefined)
    throw new TypeError(`Expected names of domains, such as media, got ${JSON.stringify(wrong)}.`);
  return args.length === 0 ? OWN_DOMAINS : [...new Set(args)].sort();
}
