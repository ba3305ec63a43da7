import { type Check, type Patient } from '../check.js';
import { type Finding, good, note, toMend } from '../finding.js';

const OLDEST = [3, 10] as const;
const NEWEST_MAJOR = 4;

/** Whether the broker can be reached, and is one that the suite is made for. */
export const brokerVersion: Check = {
  name: 'broker version',
  examine: async ({ link }) => {
    if (link.server === undefined) return [withoutConnection(link)];
    const { product, version } = link.server;
    const [major = 0, minor = 0] = version.split('.').map(Number);
    if (product !== 'RabbitMQ') return [note(`The broker is ${product} ${version}; the suite is made for RabbitMQ.`)];
    if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
      return [toMend(`The broker is RabbitMQ ${version}.`, `Upgrade it to ${OLDEST.join('.')} or newer.`)];
    }
    if (major > NEWEST_MAJOR) return [note(`RabbitMQ ${version} is newer than what this version was tried with.`)];
    return [good(`RabbitMQ ${version}.`)];
  },
};

function withoutConnection({ failure }: Patient['link']): Finding {
  const why = failure?.reason.replace(/\.$/, '') ?? 'it does not answer';
  return toMend(`There is no connection to the broker: ${why}.`, 'Start it, or correct RABBITMQ_URL.');
}
