import { isFinal, JOB_STATUSES } from '#libs/contracts';
import { brokerNames } from './names.js';

/** What a broker user may do in a virtual host: regular expressions over the names of exchanges and queues. */
export interface BrokerRights {
  readonly configure: string;
  readonly write: string;
  readonly read: string;
  /** Which routing keys it may use on topic exchanges; on those that are not named, all. */
  readonly topics: readonly { readonly exchange: string; readonly write: string; readonly read: string }[];
}

const NOTHING = '^$';
/** All keys but those by which a suite tells how jobs have ended: whoever listens to the events may take these for fact. */
const NO_FACT = String.raw`^(?!job\.(${JOB_STATUSES.filter(isFinal).join('|')})$)`;

/** What `npm run topology` needs: all under the prefix, and to route whatever it binds. */
export function topologyRights(prefix: string): BrokerRights {
  const all = String.raw`^${escaped(prefix)}\..+$`;
  return { configure: all, write: all, read: all, topics: [] };
}

/**
 * What a gateway needs when it only checks the topology. It still makes its sentinel, a lock, and queues that live as long as
 * its connection, and binds the ways in of domains and events, which come and go while it runs.
 */
export function gatewayRights(prefix: string): BrokerRights {
  const names = brokerNames(prefix);
  const own = [`${names.live}.*`, `${names.unroutable}.lock`];
  const reads = [names.ingress, names.unroutable, names.strays, names.deadLetters, names.eventTriggers, names.control];
  const reports = [names.reports, names.progress, names.heartbeats, names.announcements];
  const bound = [names.jobs, names.events, names.live];
  const writes = [
    names.jobs,
    names.work,
    names.delay,
    names.dead,
    names.status,
    names.events,
    names.control,
    names.live,
  ];
  return {
    configure: anyOf(prefix, [names.sentinel, ...own]),
    write: anyOf(prefix, [...writes, names.ingress, names.eventTriggers, ...own]),
    read: anyOf(prefix, [...reads, ...reports, ...bound, ...own, names.deadQueue('*')]),
    topics: [],
  };
}

/**
 * What the app of a domain needs when it only checks the topology. It reads its own work queues, former ones among them, and
 * speaks in its own domain's name alone: reports and dead letters of others are refused by their routing keys. It may start jobs
 * of any domain, which the gateway checks, and write to the control stream, where its marker goes.
 */
export function appRights(prefix: string, domain: string): BrokerRights {
  const names = brokerNames(prefix);
  const peers = names.peers(domain);
  const own = `${peers}.*`;
  const work = ['classic', 'quorum'].map((type) => `${prefix}.${domain}.${type}-*`);
  const inItsName = String.raw`^${escaped(domain)}\.`;
  return {
    configure: anyOf(prefix, [own]),
    write: anyOf(prefix, [names.status, names.jobs, names.dead, names.control, peers, own]),
    read: anyOf(prefix, [...work, names.control, peers, own]),
    topics: [names.status, names.dead].map((exchange) => ({ exchange, write: inItsName, read: NOTHING })),
  };
}

/** What a service needs that publishes jobs and events of its own. */
export function serviceRights(prefix: string): BrokerRights {
  const names = brokerNames(prefix);
  const write = anyOf(prefix, [names.jobs, names.events]);
  return {
    configure: NOTHING,
    write,
    read: NOTHING,
    topics: [{ exchange: names.events, write: NO_FACT, read: NOTHING }],
  };
}

/** An expression for these names under the prefix, in which `*` stands for anything without a dot. */
function anyOf(prefix: string, names: readonly string[]): string {
  const endings = names.map((name) => escaped(name.slice(prefix.length + 1)).replaceAll('*', '[^.]+'));
  return String.raw`^${escaped(prefix)}\.(${endings.join('|')})$`;
}

function escaped(text: string): string {
  return text.replaceAll('.', String.raw`\.`);
}
