import { Dependencies, type DependencyTerms, DEPENDENCY_TERMS, EgressClient, type Resolve } from '#libs/egress';
import { Outgoing } from '../src/outgoing/outgoing.js';

/** A clock that goes on by itself, and jumps. */
export class JumpingClock {
  #aheadMs = 0;

  now(): number {
    return performance.now() + this.#aheadMs;
  }

  jump(ms: number): void {
    this.#aheadMs += ms;
  }
}

/** What a spec says of its calls. */
export interface OutgoingOptions {
  readonly termsOf?: (name: string) => DependencyTerms;
  readonly clock?: JumpingClock;
  readonly resolve?: Resolve;
}

/** Calls of the only process of its app. @param allow pairs that it may reach */
export function outgoingTo(
  allow: readonly string[],
  { termsOf = () => DEPENDENCY_TERMS, clock = new JumpingClock(), resolve }: OutgoingOptions = {},
): Outgoing {
  const peers = {
    self: 'a',
    tell: () => undefined,
    listen: ({ joined }: { readonly joined: () => void }) => {
      joined();
    },
  };
  const dependencies = new Dependencies({ slots: 50, peers, termsOf, now: () => clock.now() });
  const resolving = resolve === undefined ? {} : { resolve };
  return new Outgoing(new EgressClient({ allow, userAgent: 'Leveret/test', ...resolving }), dependencies);
}
