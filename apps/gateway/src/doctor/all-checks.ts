import { type Check } from './check.js';
import { ackTimeout } from './checks/ack-timeout.js';
import { alarms } from './checks/alarms.js';
import { brokerVersion } from './checks/broker-version.js';
import { clocks } from './checks/clocks.js';
import { consumers } from './checks/consumers.js';
import { deadLetterRoutes } from './checks/dead-letter-routes.js';
import { longTransactions } from './checks/long-transactions.js';
import { policies } from './checks/policies.js';
import { priorities } from './checks/priorities.js';
import { queueArguments } from './checks/queue-arguments.js';
import { queueTypes } from './checks/queue-types.js';
import { schema } from './checks/schema.js';
import { storage } from './checks/storage.js';
import { topology } from './checks/topology.js';
import { unroutable } from './checks/unroutable.js';

/** Everything that the doctor looks at, in the order in which it tells. */
export const ALL_CHECKS: readonly Check[] = [
  brokerVersion,
  alarms,
  ackTimeout,
  queueTypes,
  priorities,
  topology,
  queueArguments,
  deadLetterRoutes,
  policies,
  consumers,
  unroutable,
  schema,
  longTransactions,
  clocks,
  storage,
];
