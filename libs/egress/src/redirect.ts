const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/** Where an answer sends a call that may be repeated; undefined when it is an answer like any other. */
export function redirectTarget(method: string, status: number, location: string, from: URL): string | undefined {
  if (!SAFE_METHODS.has(method) || !REDIRECTS.has(status) || location === '') return undefined;
  // What cannot be a URL is left as it is, for the policy to refuse.
  return URL.canParse(location, from.href) ? new URL(location, from).href : location;
}
