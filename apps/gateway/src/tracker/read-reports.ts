import { type Delivery } from '#libs/broker';
import {
  checkVersion,
  type Check,
  decoded,
  type Decoded,
  decodeJson,
  isRunReport,
  isTellingReport,
  type TellingReport,
  undecodable,
} from '#libs/contracts';
import { type DomainReport } from '../ledger/report-store.js';

/** What a message of reports holds: those that can be read, and the rest as it came. */
export interface ReadReports {
  readonly reports: readonly DomainReport[];
  readonly unreadable: readonly unknown[];
}

/** Reads an array of reports. Its routing key says which app's it is, and the broker holds apps to their own keys. */
export function readReports(delivery: Delivery): Decoded<ReadReports> {
  const domain = domainOfKey(delivery);
  const items = readItems(delivery, isRunReport);
  if (!items.ok) return items;
  const { readable, unreadable } = items.value;
  return decoded({ reports: readable.map((report) => ({ domain, report })), unreadable });
}

/** Reads an array of progress reports and log lines; what cannot be read is passed over. */
export function readTellings(delivery: Delivery): Decoded<{ domain: string; reports: readonly TellingReport[] }> {
  const items = readItems(delivery, isTellingReport);
  return items.ok ? decoded({ domain: domainOfKey(delivery), reports: items.value.readable }) : items;
}

function domainOfKey({ routingKey }: Delivery): string {
  return routingKey.slice(0, routingKey.indexOf('.'));
}

function readItems<T>(delivery: Delivery, is: Check<T>): Decoded<{ readable: T[]; unreadable: unknown[] }> {
  const version = checkVersion(delivery.properties.headers);
  if (!version.ok) return version;
  const body = decodeJson(delivery.body);
  if (!body.ok) return body;
  if (!Array.isArray(body.value)) return undecodable('not_a_list', 'Expected a JSON array of reports.');
  const items = body.value as unknown[];
  return decoded({ readable: items.filter(is), unreadable: items.filter((item) => !is(item)) });
}
