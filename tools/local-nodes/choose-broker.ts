import { Problem } from '../console/problem.js';
import { type Screen } from '../console/screen.js';
import { type DebianPackage, installCommand, installIfAllowed } from './debian-package.js';
import { dockerAnswers, DockerRabbitmq } from './docker-rabbitmq.js';
import { type LocalBroker } from './local-node.js';
import { PrivateRabbitmq } from './private-rabbitmq.js';
import { findRabbitmq } from './rabbitmq-program.js';

const RABBITMQ: DebianPackage = {
  ...{ name: 'rabbitmq-server', brewName: 'rabbitmq', title: 'RabbitMQ' },
  service: 'rabbitmq-server.service',
  advice: 'give a broker: RABBITMQ_URL=amqp://user:password@host:5672',
};

/**
 * A broker for a data folder, not started yet: by an installed RabbitMQ, by the distribution's package when it may be
 * installed, or by a running Docker engine.
 * @throws Problem with the command to type when there is no way.
 */
export async function chooseBroker(folder: string, screen: Screen): Promise<LocalBroker> {
  return (await installed(folder, screen)) ?? (await contained(folder)) ?? refuse();
}

async function installed(folder: string, screen: Screen): Promise<LocalBroker | undefined> {
  const program = await installIfAllowed(findRabbitmq, RABBITMQ, screen);
  return program === undefined ? undefined : new PrivateRabbitmq(program, folder);
}

async function contained(folder: string): Promise<LocalBroker | undefined> {
  return (await dockerAnswers()) ? new DockerRabbitmq(folder) : undefined;
}

function refuse(): never {
  throw new Problem(
    [
      'No RabbitMQ: none is installed, this user may not install packages, and no Docker engine answers. One of these helps:',
      `  ${installCommand(RABBITMQ)}`,
      '  start Docker, and run the command again',
      '  RABBITMQ_URL=amqp://user:password@host:5672 npm start',
    ].join('\n'),
  );
}
