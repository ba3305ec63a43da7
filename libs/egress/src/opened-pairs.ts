/** What to tell whoever starts an app of the pairs of `EGRESS_ALLOW`; undefined where it opens none. */
export function openedPairs(allow: readonly string[]): string | undefined {
  return allow.length === 0 ? undefined : `EGRESS_ALLOW lets calls reach what may be private: ${allow.join(', ')}.`;
}
