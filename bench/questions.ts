import { type Effort } from './effort.js';
import { type Question } from './question.js';
import { backlog } from './questions/backlog.js';
import { brokerMessages } from './questions/broker-messages.js';
import { dashboardPages } from './questions/dashboard-pages.js';
import { fullLedgerIntake, fullLedgerLists } from './questions/full-ledger.js';
import { payloads, processes, queues, queueTypes } from './questions/growth.js';
import { hangingHosts } from './questions/hanging-hosts.js';
import { imageWork } from './questions/image-work.js';
import { latency } from './questions/latency.js';
import { listeners } from './questions/listeners.js';
import { distantMails, mails } from './questions/mails.js';
import { distantCalls, outgoingCalls } from './questions/outgoing-calls.js';
import { poison } from './questions/poison.js';
import { requests } from './questions/requests.js';
import { exportMemory, exportedRows, importedRows } from './questions/row-work.js';
import { idleMemory, readiness } from './questions/start-up.js';
import { pipeline, prefilled } from './questions/throughput.js';
import { overtaking, turns } from './questions/turns.js';
import { videoWork } from './questions/video-work.js';

/** All that can be asked with an effort, in the order in which it is. */
export function questionsFor({ concurrencies, rates, ledger }: Effort): readonly Question[] {
  return [
    ...[readiness, idleMemory],
    ...[...concurrencies.map(pipeline), ...concurrencies.map(prefilled)],
    ...rates.map(latency),
    ...[brokerMessages, poison, requests, listeners, queues, processes, payloads, queueTypes, turns, overtaking],
    ...[imageWork, videoWork, mails, distantMails, exportedRows, importedRows, exportMemory],
    ...[outgoingCalls, distantCalls, hangingHosts],
    backlog,
    // Asked last: they leave the gateway on a database of their own.
    ...(ledger === 0 ? [] : [fullLedgerIntake, fullLedgerLists, dashboardPages]),
  ];
}
