import { type DependencyState, type ShownDependency } from '#libs/contracts';

/** The graver first: what one process knows to be down is down, whatever another has not noticed yet. */
const STATES: readonly DependencyState[] = ['open', 'half-open', 'ramping', 'closed'];

/** What the workers of a queue say of their dependencies, as one: the gravest state of each, and the sums. In order of their names. */
export function joinedDependencies(said: readonly ShownDependency[]): ShownDependency[] {
  const byName = new Map<string, ShownDependency>();
  for (const dependency of said) {
    const known = byName.get(dependency.name);
    byName.set(dependency.name, known === undefined ? dependency : joined(known, dependency));
  }
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function joined(one: ShownDependency, other: ShownDependency): ShownDependency {
  return {
    name: one.name,
    state: STATES.find((state) => state === one.state || state === other.state) ?? one.state,
    inFlight: one.inFlight + other.inFlight,
    parked: one.parked + other.parked,
  };
}
