import { durationMs } from '#libs/contracts';
import { DEPENDENCY_TERMS, type DependencyTerms } from '#libs/egress';
import { type WrittenTerms } from './connections-schema.js';

/** What a dependency may be asked to bear, with what is not written as it is for all. */
export function termsOf({ limits = {}, breaker = {} }: WrittenTerms): DependencyTerms {
  const { concurrency = null, perSecond = null } = limits;
  const { open, longestOpen, failureShare, leastCalls } = breaker;
  const usual = DEPENDENCY_TERMS.breaker;
  const openMs = open === undefined ? usual.openMs : durationMs(open);
  return {
    ...{ concurrency, perSecond },
    breaker: {
      failureShare: failureShare ?? usual.failureShare,
      leastCalls: leastCalls ?? usual.leastCalls,
      openMs,
      longestOpenMs: Math.max(openMs, longestOpen === undefined ? usual.longestOpenMs : durationMs(longestOpen)),
    },
  };
}
