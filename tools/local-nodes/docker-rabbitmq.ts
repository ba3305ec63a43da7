import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Problem } from '../console/problem.js';
import { kept, writePrivateFile } from '../processes/private-file.js';
import { runProgram, type ProgramResult } from '../processes/run-program.js';
import { type LocalBroker } from './local-node.js';
import { managementAnswers } from './management-api.js';
import { answers, choosePorts } from './ports.js';

const IMAGE = 'rabbitmq:4-management';
const ASK_PATIENCE_MS = 10_000;
const PULL_PATIENCE_MS = 10 * 60_000;
const START_PATIENCE_MS = 120_000;
const CONTROL_PATIENCE_MS = 30_000;
const LOOK_EVERY_MS = 250;
const STOP_GRACE_SECONDS = 30;
const CONFIGURATION = 'consumer_timeout = 43200000\ndisk_free_limit.absolute = 200MB\n';

/** True when a Docker engine answers. */
export async function dockerAnswers(): Promise<boolean> {
  const version = await docker(['version', '--format', '{{.Server.Version}}'], ASK_PATIENCE_MS);
  return version.ok && version.output !== '';
}

/** RabbitMQ in a container of its own, for machines that have a Docker engine and no RabbitMQ; its data is a named volume. */
export class DockerRabbitmq implements LocalBroker {
  private readonly name: string;
  private readonly password: string;
  private ports: { amqp: number; management: number } | undefined;
  private pid: number | undefined;
  private end: Promise<string> = Promise.resolve('never started');

  constructor(private readonly folder: string) {
    mkdirSync(folder, { recursive: true });
    const made = (): { id: string; password: string } => ({
      id: randomBytes(6).toString('hex'),
      password: randomBytes(24).toString('base64url'),
    });
    const { id, password } = kept(join(folder, 'container.json'), made);
    [this.name, this.password] = [`leveret-rabbitmq-${id}`, password];
  }

  get url(): string {
    return `amqp://leveret:${this.password}@127.0.0.1:${this.knownPorts().amqp}`;
  }

  get managementUrl(): string {
    return `http://127.0.0.1:${this.knownPorts().management}`;
  }

  get pids(): readonly number[] {
    return this.pid === undefined ? [] : [this.pid];
  }

  get ended(): Promise<string> {
    return this.end;
  }

  async start(): Promise<void> {
    await this.remove();
    const file = join(this.folder, 'container-ports.json');
    this.ports ??= await choosePorts(
      ['amqp', 'management'],
      kept(file, () => ({})),
    );
    writePrivateFile(file, JSON.stringify(this.ports));
    const started = await docker(this.runArguments(this.ports), PULL_PATIENCE_MS);
    rmSync(this.environmentFile, { force: true });
    if (!started.ok) throw new Problem(`Docker could not start ${IMAGE}:\n${started.output}`);
    this.end = docker(['wait', this.name], 2 ** 31 - 1).then(({ output }) => `exit code ${output}`);
    await this.untilReady(this.ports.amqp);
    const inspected = await docker(['inspect', '--format', '{{.State.Pid}}', this.name], ASK_PATIENCE_MS);
    this.pid = Number(inspected.output) || undefined;
  }

  async stop(): Promise<void> {
    await docker(['stop', '--time', String(STOP_GRACE_SECONDS), this.name], (STOP_GRACE_SECONDS + 10) * 1_000);
    await this.remove();
  }

  async kill(): Promise<void> {
    await docker(['kill', this.name], ASK_PATIENCE_MS);
    await this.remove();
  }

  async control(...command: readonly string[]): Promise<string> {
    const { ok, output } = await docker(['exec', this.name, 'rabbitmqctl', ...command], CONTROL_PATIENCE_MS);
    if (!ok) throw new Problem(`rabbitmqctl ${command.join(' ')} failed:\n${output}`);
    return output;
  }

  /** Removes the volume too. */
  async discard(): Promise<void> {
    await this.kill();
    await docker(['volume', 'rm', '--force', this.name], ASK_PATIENCE_MS);
  }

  private async remove(): Promise<void> {
    await docker(['rm', '--force', this.name], (STOP_GRACE_SECONDS + 10) * 1_000);
    this.pid = undefined;
  }

  private get environmentFile(): string {
    return join(this.folder, 'container.env');
  }

  private runArguments(ports: { amqp: number; management: number }): readonly string[] {
    // The password goes by a file: a command line can be read by every user of the machine.
    writePrivateFile(this.environmentFile, `RABBITMQ_DEFAULT_USER=leveret\nRABBITMQ_DEFAULT_PASS=${this.password}\n`);
    const configuration = join(this.folder, 'container.conf');
    writeFileSync(configuration, CONFIGURATION, { mode: 0o644 });
    return [
      ...['run', '--detach', '--name', this.name, '--hostname', 'leveret', '--env-file', this.environmentFile],
      ...['--publish', `127.0.0.1:${ports.amqp}:5672`, '--publish', `127.0.0.1:${ports.management}:15672`],
      ...['--volume', `${this.name}:/var/lib/rabbitmq`],
      ...['--volume', `${configuration}:/etc/rabbitmq/conf.d/90-leveret.conf:ro`, IMAGE],
    ];
  }

  private async untilReady(amqp: number): Promise<void> {
    const deadline = Date.now() + START_PATIENCE_MS;
    while (!((await answers(amqp)) && (await managementAnswers(this)))) {
      if (Date.now() > deadline) {
        const { output } = await docker(['logs', '--tail', '15', this.name], ASK_PATIENCE_MS);
        await this.kill();
        throw new Problem(`RabbitMQ did not start in its container. The end of its log:\n${output}`);
      }
      await wait(LOOK_EVERY_MS);
    }
  }

  private knownPorts(): { amqp: number; management: number } {
    if (this.ports === undefined) throw new Error('The address of a container is known after its first start.');
    return this.ports;
  }
}

function docker(args: readonly string[], patienceMs: number): Promise<ProgramResult> {
  return runProgram(['docker', ...args], { patienceMs });
}
