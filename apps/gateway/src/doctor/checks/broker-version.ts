import { type Check } from '../check.js';
import { good, note, toMend } from '../finding.js';

const OLDEST = [3, 10] as const;
const NEWEST_MAJOR = 4;

/** Whether the broker can be reached, and is one that the suite is made for. */
export const brokerVersion: Check = {
  name: 'broker version',
  examine: async ({ link }) => {
    if (link.server === undefined) {
      return [toMend('The broker cannot be reached.', 'Start it, or correct RABBITMQ_URL.')];
    }
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
