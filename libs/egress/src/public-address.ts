import ipaddr from 'ipaddr.js';

/** All that is handed out of IPv6 so far; what lies outside is for a network's own use or leads to IPv4 by another way. */
const GLOBAL_IPV6 = ipaddr.IPv6.parseCIDR('2000::/3');
/** Addresses that look public and belong to the machine's own cloud: Azure's agent. */
const CLOUD_IPV4 = [ipaddr.IPv4.parseCIDR('168.63.129.16/32')];

/** True for an address that anybody on the internet may call: of no private, local, reserved or translated range. */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  // An IPv4 address that is mapped into IPv6 is judged as the IPv4 address that it is.
  const address = ipaddr.process(text);
  if (address.range() !== 'unicast') return false;
  return address instanceof ipaddr.IPv4
    ? !CLOUD_IPV4.some((range) => address.match(range))
    : address.match(GLOBAL_IPV6);
}
