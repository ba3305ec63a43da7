import { type BrokerTraits, coreTopology, domainTopology, ingressTopology, merged, type Topology } from '#libs/broker';

/** All that a suite shares in its broker, with what the apps of these domains need; triggers and sentinel are the gateway's. */
export function wholeTopology(prefix: string, domains: readonly string[], traits: BrokerTraits): Topology {
  const ofDomains = domains.flatMap((domain) => [
    domainTopology(prefix, domain, traits),
    ingressTopology(prefix, domain),
  ]);
  return merged(coreTopology(prefix, traits), ...ofDomains);
}
