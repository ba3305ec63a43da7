import {
  coreTopology,
  domainTopology,
  eventTopology,
  ingressTopology,
  merged,
  sentinelTopology,
  type Topology,
} from '#libs/broker';
import { wantedPatterns } from '../ledger/pattern-store.js';
import { announcedDomains } from './announced-domains.js';
import { type Patient } from './check.js';

/** All that is declared for the suite: what everybody shares, what triggers listen to, and what each domain has whose apps are about. */
export async function declaredTopology({ broker, link, ledger }: Patient): Promise<Topology> {
  const { prefix, queueType } = broker;
  const major = Number.parseInt(link.server?.version ?? '3', 10);
  const domains = await announcedDomains(ledger);
  return merged(
    coreTopology(prefix, { queueType, major }),
    sentinelTopology(prefix),
    eventTopology(prefix, await wantedPatterns(ledger)),
    ...domains
      .filter(({ alive }) => alive)
      .flatMap((domain) => [
        domainTopology(prefix, domain.name, { queueType: domain.queueType, major }),
        ingressTopology(prefix, domain.name),
      ]),
  );
}
