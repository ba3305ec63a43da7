import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type Topology } from '#libs/broker';
import {
  type ManagedBinding,
  type ManagedConsumer,
  type ManagedExchange,
  type ManagedNode,
  type ManagedQueue,
} from '../doctor/management-view.js';

type Changeable<T> = { -readonly [K in keyof T]: T[K] };

/** What a management API tells of a virtual host. */
export interface ToldBroker {
  queues: Changeable<ManagedQueue>[];
  bindings: ManagedBinding[];
  exchanges: ManagedExchange[];
  consumers: Changeable<ManagedConsumer>[];
  nodes: Changeable<ManagedNode>[];
}

/** A stub of RabbitMQ's management API: it tells of a broker in which all is as it was declared, until a test changes it. */
export class ManagementStub {
  told: ToldBroker = { queues: [], bindings: [], exchanges: [], consumers: [], nodes: [] };
  /** Paths that were asked for. */
  readonly asked: string[] = [];
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const [, , kind = ''] = (request.url ?? '').split('/');
      this.asked.push(request.url ?? '');
      const allowed = request.headers.authorization === `Basic ${Buffer.from('me:p@ss').toString('base64')}`;
      response.writeHead(allowed ? 200 : 401, { 'content-type': 'application/json' });
      response.end(JSON.stringify(allowed ? (this.told as unknown as Record<string, unknown>)[kind] : {}));
    });
  }

  static async start(): Promise<ManagementStub> {
    const stub = new ManagementStub();
    stub.#server.listen(0, '127.0.0.1');
    await once(stub.#server, 'listening');
    return stub;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Tells of everything that a topology declares; consumers are the test's to add. */
  declare({ exchanges, queues, bindings }: Topology): void {
    this.told = {
      exchanges: exchanges.map(({ name, type, alternate }) => ({
        ...{ name, type },
        arguments: alternate === undefined ? {} : { 'alternate-exchange': alternate },
      })),
      queues: queues.map(({ name, arguments: given }) => ({
        ...{ name, arguments: given, type: given['x-queue-type'], messages: 0, consumers: 1 },
        ...{ effective_policy_definition: [], policy: null, operator_policy: null },
      })),
      bindings: bindings.map(({ from, to, pattern }) => ({
        source: from,
        destination: 'queue' in to ? to.queue : to.exchange,
        destination_type: 'queue' in to ? 'queue' : 'exchange',
        routing_key: pattern,
      })),
      consumers: [],
      nodes: [{ name: 'rabbit@one', running: true, mem_alarm: false, disk_free_alarm: false, partitions: [] }],
    };
  }

  queue(name: string): Changeable<ManagedQueue> {
    const found = this.told.queues.find((queue) => queue.name === name);
    if (found === undefined) throw new Error(`There is no queue ${name}.`);
    return found;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
