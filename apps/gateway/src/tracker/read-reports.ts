import { type Delivery } from '#libs/broker';
import {
  checkVersion,
  type Check,
  decoded,
  type Decoded,
  decodeJson,
  isProbed,
  isRunReport,
  isTellingReport,
  type Report,
  type TellingReport,
  undecodable,
} from '#libs/contracts';
import { type DomainReport } from '../ledger/report-store.js';

/** What a message of reports holds: those that can be read, and the rest as it came. */
export interface ReadReports {
  readonly reports: readonly DomainReport[];
  /** Ids of probes that have been answered. */
  readonly probes: readonly string[];
  readonly unreadable: readonly unknown[];
}

/** Reads an array of reports. Its routing key says which app's it is, and the broker holds apps to their own keys. */
export function readReports(delivery: Delivery): Decoded<ReadReports> {
  const domain = domainOfKey(delivery);
  const items = readItems(delivery, isReport);
  if (!items.ok) return items;
  const { readable, unreadable } = items.value;
  const reports = readable.filter((report) => report.type !== 'probed').map((report) => ({ domain, report }));
  const probes = readable.filter((report) => report.type === 'probed').map(({ probe }) => probe);
  return decoded({ reports, probes, unreadable });
}

/** Reads an array of progress reports and log lines; what cannot be read is passed over. */
export function readTellings(delivery: Delivery): Decoded<{ domain: string; reports: readonly TellingReport[] }> {
  const items = readItems(delivery, isTellingReport);
  return items.ok ? decoded({ domain: domainOfKey(delivery), reports: items.value.readable }) : items;
}

const isReport = (item: unknown): item is Report => isRunReport(item) || isProbed(item);

function domainOfKey({ routingKey }: Delivery): string {
  return routingKey.slice(0, routingKey.indexOf('.'));
}

function readItems<T>(delivery: Delivery, is: Check<T>): Decoded<{ readable: T[]; unreadable: unknown[] }> {
  const version = checkVersion(delivery.properties.headers);
  if (!version.ok) return version;
  const body = decodeJson(delivery.body);
  if (!body.ok) return body;
  if (!Array.isArray(body.value)) return undecodable('not_a_list', 'Expected a JSON array of reports.');
  const [readable, unreadable]: [T[], unknown[]] = [[], []];
  for (const item of body.value as unknown[]) {
    if (is(item)) readable.push(item);
    else unreadable.push(item);
  }
  return decoded({ readable, unreadable });
}
