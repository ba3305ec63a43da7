import { join } from 'node:path';

const MIB = 1_024 * 1_024;
const LARGEST_MEMORY_BYTES = 1_024 * MIB;
const MEMORY_SHARE = 0.4;
const ACK_TIMEOUT_MS = 12 * 60 * 60_000;

/** What is kept of a private node between two starts. */
export interface RabbitmqIdentity {
  readonly id: string;
  readonly user: string;
  readonly password: string;
}

export const RABBITMQ_PORTS = ['amqp', 'management', 'distribution', 'epmd'] as const;
export type RabbitmqPorts = Readonly<Record<(typeof RABBITMQ_PORTS)[number], number>>;

/**
 * `rabbitmq.conf` of a private node: everything on 127.0.0.1, a user of its own in place of `guest`, limits that are absolute
 * so that they do not depend on the machine's size, and twelve hours for a job to be acknowledged.
 */
export function renderConfiguration(identity: RabbitmqIdentity, ports: RabbitmqPorts, memoryBytes: number): string {
  const memory = Math.min(LARGEST_MEMORY_BYTES, Math.floor(memoryBytes * MEMORY_SHARE));
  const lines = [
    `listeners.tcp.1 = 127.0.0.1:${ports.amqp}`,
    'management.tcp.ip = 127.0.0.1',
    `management.tcp.port = ${ports.management}`,
    `default_user = ${identity.user}`,
    `default_pass = ${identity.password}`,
    'default_user_tags.administrator = true',
    `consumer_timeout = ${ACK_TIMEOUT_MS}`,
    `disk_free_limit.absolute = ${200 * MIB}`,
    `vm_memory_high_watermark.absolute = ${memory}`,
    'log.file.level = info',
    `log.file.rotation.size = ${10 * MIB}`,
    'log.file.rotation.count = 3',
  ];
  return `${lines.join('\n')}\n`;
}

/** Where a private node keeps its things, all under one folder. */
export function rabbitmqPaths(folder: string): Readonly<Record<RabbitmqPath, string>> {
  return {
    identity: join(folder, 'node.json'),
    ports: join(folder, 'ports.json'),
    home: join(folder, 'home'),
    configuration: join(folder, 'conf', 'rabbitmq.conf'),
    advanced: join(folder, 'conf', 'advanced.config'),
    fragments: join(folder, 'conf', 'conf.d'),
    plugins: join(folder, 'conf', 'enabled_plugins'),
    database: join(folder, 'mnesia'),
    logs: join(folder, 'log'),
    serverLog: join(folder, 'log', 'console.log'),
    epmdLog: join(folder, 'log', 'epmd.log'),
    serverPid: join(folder, 'rabbitmq.pid'),
    serverRecord: join(folder, 'server.process.json'),
    beamRecord: join(folder, 'beam.process.json'),
    epmdRecord: join(folder, 'epmd.process.json'),
  };
}

type RabbitmqPath =
  | 'identity'
  | 'ports'
  | 'home'
  | 'configuration'
  | 'advanced'
  | 'fragments'
  | 'plugins'
  | 'database'
  | 'logs'
  | 'serverLog'
  | 'epmdLog'
  | 'serverPid'
  | 'serverRecord'
  | 'beamRecord'
  | 'epmdRecord';

/** A part of the Erlang machine's command line that only the node with this identity has. */
export function beamMark(identity: RabbitmqIdentity): string {
  return `-leveret_node ${identity.id}`;
}

/**
 * The environment of the server's script. Nothing of a system broker's is taken over: neither variables, nor
 * /etc/rabbitmq, nor its epmd. The node's name stays the same over starts, because the database belongs to it; its
 * ports may change.
 */
export function serverEnvironment(
  outer: NodeJS.ProcessEnv,
  folder: string,
  identity: RabbitmqIdentity,
  ports: RabbitmqPorts,
): NodeJS.ProcessEnv {
  const paths = rabbitmqPaths(folder);
  const inherited = Object.entries(outer).filter(([name]) => !/^(RABBITMQ|ERL)_/.test(name));
  return {
    ...Object.fromEntries(inherited),
    HOME: paths.home,
    ERL_EPMD_PORT: String(ports.epmd),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_NODENAME: `leveret-${identity.id}@localhost`,
    RABBITMQ_DIST_PORT: String(ports.distribution),
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
    RABBITMQ_CONFIG_FILE: paths.configuration,
    RABBITMQ_CONFIG_FILES: paths.fragments,
    RABBITMQ_ADVANCED_CONFIG_FILE: paths.advanced,
    RABBITMQ_ENABLED_PLUGINS_FILE: paths.plugins,
    RABBITMQ_MNESIA_BASE: paths.database,
    RABBITMQ_LOG_BASE: paths.logs,
    RABBITMQ_PID_FILE: paths.serverPid,
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: [
      '-kernel inet_dist_use_interface {127,0,0,1}',
      // An idle node must not spin.
      '+sbwt none +sbwtdcpu none +sbwtdio none',
      beamMark(identity),
    ].join(' '),
  };
}
