import { isIP } from 'node:net';
import { EgressRefused } from './errors.js';
import { isPublicAddress } from './public-address.js';

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };
/** Ports below are those of other protocols: mail, shells, databases of names. */
const FIRST_FREE_PORT = 1_024;

/** RFC 1035. No longer name can be resolved. */
const LONGEST_HOST = 253;

/** Who is called: a URL's host, an IPv6 address without its brackets, and its port. */
export interface Destination {
  readonly host: string;
  readonly port: number;
}

/** Says which addresses may be called. Public ones may; others only where the operator has opened the pair of host and port. */
export class EgressPolicy {
  readonly #opened: ReadonlySet<string>;

  /** @param opened `host:port` as `EGRESS_ALLOW` has them: hosts as URLs normalise them, IPv6 addresses in brackets */
  constructor(opened: readonly string[]) {
    this.#opened = new Set(opened);
  }

  /**
   * A URL that may be called as far as it can be told before its name is resolved.
   * @throws EgressRefused
   */
  checked(given: string): URL {
    const url = parsed(given);
    if (DEFAULT_PORTS[url.protocol] === undefined) {
      throw new EgressRefused(`Expected an http or https URL, got one of ${url.protocol.slice(0, -1)}.`);
    }
    if (url.username !== '' || url.password !== '') {
      throw new EgressRefused('Expected a URL without user and password; a connection has its own credentials.');
    }
    if (url.hostname.length > LONGEST_HOST) {
      throw new EgressRefused(`Expected a host of at most ${LONGEST_HOST} characters, got ${url.hostname.length}.`);
    }
    this.#checkPlace(url);
    return url;
  }

  /** Whether the operator has opened just this pair. A name that resolves to an opened address is not opened by that. */
  opens({ host, port }: Destination): boolean {
    return this.#opened.has(`${host.includes(':') ? `[${host}]` : host}:${port}`);
  }

  /** Why an address may not be called under this host and port; undefined when it may. */
  refusalOf(address: string, destination: Destination): EgressRefused | undefined {
    if (isPublicAddress(address) || this.opens(destination)) return undefined;
    return new EgressRefused(
      `${destination.host} is no public address, and EGRESS_ALLOW does not open it at port ${destination.port}.`,
    );
  }

  #checkPlace(url: URL): void {
    const destination = destinationOf(url);
    const { host, port } = destination;
    if (this.opens(destination)) return;
    const refusal = isIP(host) === 0 ? undefined : this.refusalOf(host, destination);
    if (refusal !== undefined) throw refusal;
    if (port >= FIRST_FREE_PORT || Object.values(DEFAULT_PORTS).includes(port)) return;
    throw new EgressRefused(
      `Port ${port} belongs to another protocol: use 80, 443, one from ${FIRST_FREE_PORT} on, or EGRESS_ALLOW.`,
    );
  }
}

function parsed(text: string): URL {
  try {
    return new URL(text);
  } catch {
    throw new EgressRefused('Expected an http or https URL.');
  }
}

/** The host and port of a checked URL. */
export function destinationOf(url: {
  readonly hostname: string;
  readonly port: string;
  readonly protocol: string;
}): Destination {
  const port = url.port === '' ? (DEFAULT_PORTS[url.protocol] ?? 0) : Number(url.port);
  const { hostname } = url;
  return { host: hostname.startsWith('[') ? hostname.slice(1, -1) : hostname, port };
}
