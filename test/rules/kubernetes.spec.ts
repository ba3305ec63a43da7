import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  describeSettings,
  loadConsumerConfig,
  loadEmailConfig,
  loadExportsConfig,
  loadGatewayConfig,
  loadIntegrationsConfig,
  loadMediaConfig,
  loadMigrationConfig,
} from '#libs/config';
import { longestTask } from './longest-task.js';
import { environmentOf, type Secrets } from './pod-environment.js';
import { metricsOf } from './promql.js';
import { hasSchema, misfits, unknownFields } from './published-schemas.js';
import { type Manifest, podOf, render } from './rendered-manifests.js';

const INSTALLATION_PATIENCE_MS = 5 * 60_000;

/** What a cluster's secrets would hold. */
const SECRETS: Secrets = {
  'leveret-broker': { RABBITMQ_URL: 'amqps://leveret:secret@rabbitmq.example.com:5671' },
  'rabbitmq-default-user': { username: 'default_user_x', password: 'a-secret_of-the-operator=' },
  'leveret-gateway': {
    DATABASE_URL: 'postgres://leveret:secret@postgres.example.com:5432/leveret',
    LINK_SECRET: 'a secret of the tests that is long enough',
    ADMIN_API_KEY: 'an-admin-key-that-is-long-enough',
  },
  'leveret-shared': {
    METRICS_TOKEN: 'a-token',
    WEBHOOK_SECRET: 'another secret of the tests that is long enough',
    UNSUBSCRIBE_SECRET: 'a third secret of the tests that is long enough',
  },
  'leveret-storage': { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret' },
  'leveret-mail': { SMTP_URL: 'smtps://me:secret@smtp.example.com:465' },
  'leveret-datasets': { DATASETS_DATABASES: 'shop=postgres://reader:secret@host:5432/shop' },
};

/** Variables that are no settings of ours: the AWS SDK reads them, or another variable is made of them. */
const NOT_OURS = /^(?:AWS_|BROKER_(?:USER|PASSWORD)$)/;

/** What reads the environment of a process when it starts; apps without settings of their own read what all consumer apps do. */
const LOADERS: Readonly<Record<string, readonly ((env: NodeJS.ProcessEnv) => unknown)[]>> = {
  gateway: [loadGatewayConfig],
  migrations: [loadMigrationConfig],
  media: [loadConsumerConfig, loadMediaConfig],
  email: [loadConsumerConfig, loadEmailConfig],
  exports: [loadConsumerConfig, loadExportsConfig],
  integrations: [loadConsumerConfig, loadIntegrationsConfig],
};

/** The ports that a network policy lets pods call. */
function portsOut(policy: Record<string, unknown>): readonly unknown[] {
  const rules = (policy['egress'] ?? []) as { ports?: { port: unknown }[] }[];
  return rules.flatMap(({ ports = [] }) => ports.map(({ port }) => port));
}

const OVERLAYS = ['external-broker', 'rabbitmq-operator'];

describe('all manifests together', () => {
  it(
    'have no field that the published schemas do not know',
    async () => {
      const manifests = (await Promise.all(OVERLAYS.map(render))).flat();
      expect(unknownFields(manifests.filter(hasSchema))).toEqual([]);
    },
    INSTALLATION_PATIENCE_MS,
  );
});

describe.each(OVERLAYS)('the manifests of %s', (overlay) => {
  let manifests: readonly Manifest[];
  const of = (kind: string): readonly Manifest[] => manifests.filter((manifest) => manifest.kind === kind);
  const workloads = (): readonly Manifest[] => [...of('Deployment'), ...of('Job')];
  const consumers = (): readonly Manifest[] => of('Deployment').filter(({ metadata }) => metadata.name !== 'gateway');

  beforeAll(async () => {
    manifests = await render(overlay);
  }, INSTALLATION_PATIENCE_MS);

  it('fit the published schemas', async () => {
    const known = manifests.filter(hasSchema);
    for (const manifest of known) expect(await misfits(manifest)).toEqual([]);
    // No package of npm has the schema of the RabbitMQ operator.
    const unknown = manifests.filter((manifest) => !known.includes(manifest));
    expect(unknown.map(({ kind }) => kind)).toEqual(overlay === 'rabbitmq-operator' ? ['RabbitmqCluster'] : []);
  });

  it('have every app of the suite, and nothing outside their namespace', async () => {
    const compose = await readFile('docker-compose.yml', 'utf8');
    const apps = [...compose.matchAll(/image: leveret\/([\w-]+):/g)].map(([, app]) => String(app));
    expect(
      of('Deployment')
        .map(({ metadata }) => metadata.name)
        .sort(),
    ).toEqual(apps.sort());
    for (const { kind, metadata } of manifests)
      expect([kind, metadata.namespace]).toEqual([kind, kind === 'Namespace' ? undefined : 'leveret']);
  });

  it('give each process an environment that it starts with, without a name that no app knows', () => {
    const known = describeSettings().map(({ name }) => name as string);
    for (const workload of workloads()) {
      const environment = environmentOf(podOf(workload).containers[0], manifests, SECRETS);
      const names = Object.keys(environment).filter((name) => !NOT_OURS.test(name));
      expect(names.filter((name) => !known.includes(name))).toEqual([]);
      const loaders = LOADERS[workload.metadata.name] ?? [loadConsumerConfig];
      for (const load of loaders) expect(() => load({ ...environment, NODE_ENV: 'production' })).not.toThrow();
    }
  });

  it('tell the gateway alone where the management API of the broker is, if they bring the broker', () => {
    const told = workloads().filter(
      (workload) => 'RABBITMQ_MANAGEMENT_URL' in environmentOf(podOf(workload).containers[0], manifests, SECRETS),
    );
    expect(told.map(({ metadata }) => metadata.name)).toEqual(overlay === 'rabbitmq-operator' ? ['gateway'] : []);
  });

  it('run without rights, without a way to write but into volumes, and within limits', () => {
    for (const workload of workloads()) {
      const { containers, automountServiceAccountToken, securityContext } = podOf(workload);
      expect(automountServiceAccountToken).toBe(false);
      expect(securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
      const [{ securityContext: rights, resources }] = containers;
      expect(rights).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(resources).toMatchObject({
        requests: { cpu: expect.any(String) },
        limits: { memory: expect.any(String) },
      });
    }
  });

  it('let every app reach a collector of traces, and the gateway alone the management API of the broker', () => {
    const reach = (port: number): unknown[] =>
      of('NetworkPolicy')
        .filter(({ metadata, spec }) => metadata.name !== 'rabbitmq' && portsOut(spec).includes(port))
        .map(({ spec }) => spec['podSelector']);
    const component = 'app.kubernetes.io/component';
    expect(reach(4318)).toMatchObject([
      { matchExpressions: [{ key: component, operator: 'In', values: ['gateway', 'consumer'] }] },
    ]);
    expect(reach(15672)).toMatchObject([{ matchLabels: { [component]: 'gateway' } }]);
  });

  it('ask every app how it is, and let disruptions take one pod of it at a time', () => {
    for (const deployment of of('Deployment')) {
      const { livenessProbe, readinessProbe } = podOf(deployment).containers[0];
      expect(livenessProbe).toMatchObject({ httpGet: { path: '/health/live' } });
      expect(readinessProbe).toMatchObject({ httpGet: { path: '/health/ready' } });
      const budget = of('PodDisruptionBudget').find(({ metadata }) => metadata.name === deployment.metadata.name);
      expect(budget?.spec).toMatchObject({ maxUnavailable: 1 });
    }
  });

  it('let proxies notice for some seconds that a gateway goes, in a way that every version of Kubernetes knows', () => {
    const gateway = of('Deployment').find(({ metadata }) => metadata.name === 'gateway') as Manifest;
    expect(podOf(gateway).containers[0].lifecycle?.preStop).toEqual({
      exec: { command: ['node', '-e', expect.stringMatching(/^setTimeout\(.*5_000\)$/)] },
    });
  });

  it('wait for a worker that has jobs in hand, and give it the drain’s time before the end', async () => {
    const longestSeconds = (await longestTask()) / 1_000;
    for (const deployment of consumers()) {
      const { containers, terminationGracePeriodSeconds = 0 } = podOf(deployment);
      const script = containers[0].lifecycle?.preStop.exec?.command.at(-1) ?? '';
      const waitSeconds = Number(/patienceMs = ([\d_]+)/.exec(script)?.[1]?.replaceAll('_', '')) / 1_000;
      expect(script).toContain("process.kill(1, 'SIGUSR2')");
      expect(waitSeconds).toBeGreaterThan(longestSeconds);
      expect(terminationGracePeriodSeconds - waitSeconds).toBeGreaterThanOrEqual(60);
    }
  });

  it('keep the nodes of consumer apps from an autoscaler that would wait for less than that', () => {
    for (const { spec } of consumers())
      expect(spec).toHaveProperty(
        ['template', 'metadata', 'annotations', 'cluster-autoscaler.kubernetes.io/safe-to-evict'],
        'false',
      );
  });

  it('scale each consumer app by what is open in its queue, never below what its running jobs need', () => {
    const scaled = of('ScaledObject').map(({ spec }) => {
      const [trigger] = spec['triggers'] as [{ metadata: Record<string, string> }];
      return { app: (spec['scaleTargetRef'] as { name: string }).name, trigger: trigger.metadata };
    });
    expect(scaled.map(({ app }) => app).sort()).toEqual(
      consumers()
        .map(({ metadata }) => metadata.name)
        .sort(),
    );
    for (const { app, trigger } of scaled) {
      const { valueLocation, targetValue } = trigger;
      expect(valueLocation).toBe(`leveret_jobs_open{queue="${app}"}`);
      expect(metricsOf(String(valueLocation))).toHaveLength(1);
      const deployment = consumers().find(({ metadata }) => metadata.name === app);
      const { env = [] } = podOf(deployment as Manifest).containers[0];
      expect(Number(targetValue)).toBeLessThanOrEqual(Number(env.find(({ name }) => name === 'CONCURRENCY')?.value));
      expect(deployment?.spec).not.toHaveProperty('replicas');
    }
  });
});
