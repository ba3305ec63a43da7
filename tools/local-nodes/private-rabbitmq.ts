import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { totalmem } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { Problem } from '../console/problem.js';
import { lastLines } from '../processes/last-lines.js';
import { ManagedProcess } from '../processes/managed-process.js';
import { kept, writePrivateFile } from '../processes/private-file.js';
import { endLeftover, endProcess, forgetProcess, recordProcess } from '../processes/process-record.js';
import { runProgram } from '../processes/run-program.js';
import { identify } from '../processes/process-identity.js';
import { type LocalBroker } from './local-node.js';
import { managementAnswers } from './management-api.js';
import { answers, becomeFree, choosePorts } from './ports.js';
import {
  beamMark,
  RABBITMQ_PORTS,
  rabbitmqPaths,
  renderConfiguration,
  serverEnvironment,
  type RabbitmqIdentity,
  type RabbitmqPorts,
} from './rabbitmq-files.js';
import { type RabbitmqProgram } from './rabbitmq-program.js';

const START_PATIENCE_MS = 90_000;
const STOP_GRACE_MS = 30_000;
const PORT_PATIENCE_MS = 15_000;
const CONTROL_PATIENCE_MS = 30_000;
const LOOK_EVERY_MS = 100;
/** Another process may take a port between its choice and its use. */
const TRIES = 3;

/** A RabbitMQ node of its own from an installed RabbitMQ: own name, ports, epmd, user and data; never the system's broker. */
export class PrivateRabbitmq implements LocalBroker {
  private readonly paths: ReturnType<typeof rabbitmqPaths>;
  private readonly identity: RabbitmqIdentity;
  private ports: RabbitmqPorts | undefined;
  private server: ManagedProcess | undefined;
  private epmd: ManagedProcess | undefined;

  constructor(
    private readonly program: RabbitmqProgram,
    private readonly folder: string,
  ) {
    this.paths = rabbitmqPaths(folder);
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o700);
    this.identity = kept(this.paths.identity, newIdentity);
  }

  get url(): string {
    const { user, password } = this.identity;
    return `amqp://${user}:${password}@127.0.0.1:${this.knownPorts().amqp}`;
  }

  get managementUrl(): string {
    return `http://127.0.0.1:${this.knownPorts().management}`;
  }

  get pids(): readonly number[] {
    const beam = this.beamPid();
    if (beam !== undefined) return [beam];
    return this.server === undefined ? [] : [this.server.pid];
  }

  get ended(): Promise<string> {
    return this.server?.ended ?? Promise.resolve('never started');
  }

  async start(): Promise<void> {
    await this.endLeftovers();
    const first = this.ports === undefined;
    for (let tries = 1; ; tries += 1) {
      const ports = await this.choosePorts();
      if (await this.tryStart(ports)) return;
      const portTaken = lastLines(this.paths.serverLog, 60).includes('eaddrinuse');
      await this.kill();
      if (first) this.ports = undefined;
      if (!portTaken || tries === TRIES) throw new Problem(this.failure());
    }
  }

  async stop(): Promise<void> {
    await this.server?.stop('SIGTERM', STOP_GRACE_MS);
    await this.afterServer();
  }

  async kill(): Promise<void> {
    await this.server?.kill();
    await this.afterServer();
  }

  async control(...command: readonly string[]): Promise<string> {
    const { ok, output } = await runProgram([this.program.control, ...command], {
      env: this.environment(this.knownPorts()),
      patienceMs: CONTROL_PATIENCE_MS,
    });
    if (!ok) throw new Problem(`rabbitmqctl ${command.join(' ')} failed:\n${output}`);
    return output;
  }

  private environment(ports: RabbitmqPorts): NodeJS.ProcessEnv {
    return { ...serverEnvironment(process.env, this.folder, this.identity, ports), PATH: this.program.path };
  }

  private async afterServer(): Promise<void> {
    const beam = this.beamPid();
    if (beam !== undefined) await endProcess(beam, 'SIGKILL', 0);
    await this.epmd?.kill();
    forgetProcess(this.paths.beamRecord);
    rmSync(this.paths.serverPid, { force: true });
    [this.server, this.epmd] = [undefined, undefined];
  }

  /** Clients hold the address, so a node that has run in this process comes back on the same ports. */
  private async choosePorts(): Promise<RabbitmqPorts> {
    if (this.ports !== undefined) {
      if (await becomeFree(Object.values(this.ports), PORT_PATIENCE_MS)) return this.ports;
      throw new Problem(
        `RabbitMQ cannot come back: another process listens on one of its ports ${JSON.stringify(this.ports)}.`,
      );
    }
    const earlier = kept<Partial<RabbitmqPorts>>(this.paths.ports, () => ({}));
    this.ports = await choosePorts(RABBITMQ_PORTS, earlier);
    writePrivateFile(this.paths.ports, JSON.stringify(this.ports));
    return this.ports;
  }

  private async tryStart(ports: RabbitmqPorts): Promise<boolean> {
    const { paths, identity, program } = this;
    for (const folder of [paths.home, paths.fragments, paths.database, paths.logs])
      mkdirSync(folder, { recursive: true });
    writePrivateFile(paths.configuration, renderConfiguration(identity, ports, totalmem()));
    writePrivateFile(paths.plugins, '[rabbitmq_management].\n');
    writePrivateFile(paths.advanced, '[].\n');
    const common = { env: this.environment(ports), cwd: paths.home };
    this.epmd = await ManagedProcess.start({
      ...common,
      program: program.epmd,
      // In the foreground, as a child of ours: the daemon that a node starts by itself outlives it.
      args: ['-port', String(ports.epmd), '-address', '127.0.0.1'],
      logFile: paths.epmdLog,
      recordFile: paths.epmdRecord,
      mark: `-port ${ports.epmd}`,
    });
    if (!(await this.until(this.epmd, () => answers(ports.epmd)))) return false;
    this.server = await ManagedProcess.start({
      ...common,
      program: program.server,
      args: [],
      logFile: paths.serverLog,
      recordFile: paths.serverRecord,
      mark: 'rabbitmq-server',
    });
    return this.until(this.server, () => this.isReady(ports));
  }

  private async isReady(ports: RabbitmqPorts): Promise<boolean> {
    const beam = this.beamPid();
    if (beam === undefined) return false;
    recordProcess(this.paths.beamRecord, beam, beamMark(this.identity));
    return (await answers(ports.amqp)) && (await managementAnswers(this));
  }

  private async until(server: ManagedProcess, ready: () => Promise<boolean>): Promise<boolean> {
    const deadline = Date.now() + START_PATIENCE_MS;
    while (server.isRunning && Date.now() < deadline) {
      if (await ready()) return true;
      await wait(LOOK_EVERY_MS);
    }
    return false;
  }

  private async endLeftovers(): Promise<void> {
    const { serverRecord, beamRecord, epmdRecord, serverPid } = this.paths;
    await endLeftover(serverRecord, 'SIGTERM', STOP_GRACE_MS);
    await endLeftover(beamRecord, 'SIGTERM', STOP_GRACE_MS);
    const beam = this.beamPid();
    if (beam !== undefined) await endProcess(beam, 'SIGTERM', STOP_GRACE_MS);
    await endLeftover(epmdRecord, 'SIGKILL', 0);
    rmSync(serverPid, { force: true });
  }

  /** The Erlang machine, when it runs and is this node's. */
  private beamPid(): number | undefined {
    if (!existsSync(this.paths.serverPid)) return undefined;
    const process = identify(Number(readFileSync(this.paths.serverPid, 'utf8')));
    return process?.command.includes(beamMark(this.identity)) === true ? process.pid : undefined;
  }

  private knownPorts(): RabbitmqPorts {
    if (this.ports === undefined) throw new Error('The address of a private node is known after its first start.');
    return this.ports;
  }

  private failure(): string {
    return `RabbitMQ did not start in ${this.folder}. The end of its log:\n${lastLines(this.paths.serverLog)}`;
  }
}

function newIdentity(): RabbitmqIdentity {
  return { id: randomBytes(6).toString('hex'), user: 'leveret', password: randomBytes(24).toString('base64url') };
}
