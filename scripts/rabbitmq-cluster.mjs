// A private RabbitMQ cluster on 127.0.0.1, for scripts that try the suite on it. It takes the RabbitMQ that PATH leads to.
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';

const BUILT = new URL('../dist/tools/local-nodes/', import.meta.url);
const START_PATIENCE_MS = 120_000;

/** Nodes that know each other from the start. Every client may use any of them. */
export class RabbitmqCluster {
  nodes = [];
  #tools;
  #epmd;
  #user = { user: 'leveret', password: randomBytes(24).toString('base64url') };

  constructor(folder, env = process.env) {
    this.folder = folder;
    this.env = env;
  }

  get urls() {
    const { user, password } = this.#user;
    return this.nodes.map(({ ports }) => `amqp://${user}:${password}@127.0.0.1:${ports.amqp}`);
  }

  async start(size) {
    const [files, program, ports] = await Promise.all(
      ['rabbitmq-files.js', 'rabbitmq-program.js', 'ports.js'].map((file) => import(new URL(file, BUILT).href)),
    );
    this.#tools = { ...files, ...ports, program: program.findRabbitmq(this.env) };
    if (this.#tools.program === undefined) throw new Error('No RabbitMQ is installed.');
    const epmd = await ports.freePort();
    for (let number = 1; number <= size; number += 1) {
      const own = await ports.choosePorts(['amqp', 'management', 'distribution']);
      const identity = { id: randomBytes(6).toString('hex'), ...this.#user };
      const folder = join(this.folder, `node-${number}`);
      this.nodes.push({ number, folder, identity, ports: { ...own, epmd }, name: `leveret-${identity.id}@localhost` });
    }
    await this.#writeFiles();
    this.#epmd = this.#spawn(this.nodes[0], this.#tools.program.epmd, ['-port', String(epmd), '-address', '127.0.0.1']);
    await Promise.all(this.nodes.map((node) => this.startNode(node)));
    const running = (await this.call('nodes')).filter((node) => node.running).length;
    if (running !== size) throw new Error(`Expected a cluster of ${size} nodes, got ${running}.`);
  }

  /** Starts a node and waits until it takes clients. */
  async startNode(node) {
    node.process = this.#spawn(node, this.#tools.program.server, []);
    const deadline = Date.now() + START_PATIENCE_MS;
    while (!(await this.#answers(node))) {
      if (Date.now() > deadline || node.process.exitCode !== null) {
        throw new Error(`Node ${node.number} did not start: ${await this.#log(node)}`);
      }
      await wait(200);
    }
  }

  /** Ends a node in order. */
  async stopNode(node) {
    const ended = new Promise((resolve) => node.process.once('exit', resolve));
    node.process.kill('SIGTERM');
    await ended;
    node.process = undefined;
  }

  /** Ends a node as a loss of power would. */
  async killNode(node) {
    const { serverPid } = this.#tools.rabbitmqPaths(node.folder);
    const ended = new Promise((resolve) => node.process.once('exit', resolve));
    killed(Number(await readFile(serverPid, 'utf8')));
    killed(-node.process.pid);
    await ended;
    node.process = undefined;
  }

  /** Takes a node that was killed out of the cluster; its data are gone. */
  async forget(node) {
    await this.control('forget_cluster_node', node.name);
    await rm(node.folder, { recursive: true, force: true });
    this.nodes = this.nodes.filter((other) => other !== node);
  }

  /** Runs `rabbitmqctl` on a node that runs. */
  async control(...command) {
    const node = this.nodes.find(({ process }) => process !== undefined);
    const { program } = this.#tools;
    const { stdout } = await promisify(execFile)(program.control, command, { env: this.#environment(node) });
    return stdout;
  }

  /** Asks the management API of a node that runs. */
  async call(path) {
    const { ports } = this.nodes.find(({ process }) => process !== undefined);
    return this.#ask(ports.management, path);
  }

  async stop() {
    for (const node of this.nodes) if (node.process !== undefined) await this.killNode(node);
    if (this.#epmd !== undefined) killed(-this.#epmd.pid);
  }

  async #writeFiles() {
    const cookie = randomBytes(16).toString('hex');
    const peers = this.nodes.map(({ name }, index) => `cluster_formation.classic_config.nodes.${index + 1} = ${name}`);
    for (const node of this.nodes) {
      const paths = this.#tools.rabbitmqPaths(node.folder);
      for (const folder of [paths.home, paths.fragments, paths.database, paths.logs])
        await mkdir(folder, { recursive: true });
      const own = this.#tools.renderConfiguration(node.identity, node.ports, totalmem());
      const lines = ['cluster_formation.peer_discovery_backend = classic_config', ...peers];
      await writeFile(paths.configuration, `${own}${lines.join('\n')}\ncluster_partition_handling = pause_minority\n`);
      await writeFile(paths.plugins, '[rabbitmq_management].\n');
      await writeFile(paths.advanced, '[].\n');
      await writeFile(join(paths.home, '.erlang.cookie'), cookie, { mode: 0o400 });
    }
  }

  #environment({ folder, identity, ports }) {
    const { serverEnvironment, program } = this.#tools;
    return { ...serverEnvironment(this.env, folder, identity, ports), PATH: program.path };
  }

  #spawn(node, program, args) {
    const paths = this.#tools.rabbitmqPaths(node.folder);
    const log = openSync(paths.serverLog, 'a');
    const stdio = ['ignore', log, log];
    const child = spawn(program, args, { env: this.#environment(node), cwd: paths.home, detached: true, stdio });
    closeSync(log);
    return child;
  }

  async #answers({ ports }) {
    const up = await this.#ask(ports.management, 'overview').catch(() => undefined);
    return up !== undefined && (await this.#tools.answers(ports.amqp));
  }

  async #ask(port, path) {
    const { user, password } = this.#user;
    const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    const response = await fetch(`http://127.0.0.1:${port}/api/${path}`, { headers: { authorization } });
    if (!response.ok) throw new Error(`The management API answered ${response.status} to ${path}.`);
    return response.json();
  }

  async #log({ folder }) {
    const text = await readFile(this.#tools.rabbitmqPaths(folder).serverLog, 'utf8');
    return text.split('\n').slice(-20).join('\n');
  }
}

function killed(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
