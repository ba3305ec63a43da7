import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Metric } from 'prom-client';
import { loadGatewayConfig } from '#libs/config';
import { createTelemetry, type Telemetry } from '#libs/observability';
/* eslint-disable no-restricted-imports -- What a process exports is known where it is put together, which nobody else enters. */
import { openGateway } from '../../apps/gateway/src/gateway.js';
import { startHttp } from '../../apps/gateway/src/http/start-http.js';
import { telemetryOfApp } from '../../libs/consumer/spec/app-telemetry.js';
/* eslint-enable no-restricted-imports */
import { PrivatePostgres } from '../../tools/local-nodes/private-postgres.js';

/** The names of series, each with the labels that it has. */
export type Exported = ReadonlyMap<string, ReadonlySet<string>>;

/** What Prometheus adds to every series that it scrapes. */
const BY_PROMETHEUS = ['job', 'instance'];

/** Everything that a gateway and a consumer app export, read from the registries of both; a ledger is behind the gateway. */
export async function exportedMetrics(): Promise<Exported> {
  const exported = new Map<string, Set<string>>([['up', new Set(BY_PROMETHEUS)]]);
  for (const telemetry of [await telemetryOfGateway(), telemetryOfApp()]) {
    for (const metric of telemetry.registry.getMetricsAsArray()) {
      for (const [name, labels] of seriesOf(metric as unknown as Described))
        exported.set(name, new Set([...labels, ...BY_PROMETHEUS]));
    }
  }
  return exported;
}

/** A metric with the labels that it was made with, which only a sample would show outside. */
type Described = Metric & { readonly name: string; readonly labelNames: readonly string[] };

function seriesOf(metric: Described): [string, readonly string[]][] {
  const { name, labelNames } = metric;
  if (!('observe' in metric)) return [[name, labelNames]];
  return [
    [`${name}_bucket`, [...labelNames, 'le']],
    [`${name}_sum`, labelNames],
    [`${name}_count`, labelNames],
  ];
}

async function telemetryOfGateway(): Promise<Telemetry> {
  const folder = await mkdtemp(join(tmpdir(), 'leveret-metrics-'));
  const server = new PrivatePostgres(join(folder, 'postgres'));
  await server.start();
  try {
    const telemetry = createTelemetry({ service: 'gateway', level: 'silent' });
    const gateway = await openGateway(configOf(server.url, folder), telemetry);
    const edge = await startHttp(gateway.parts);
    await edge.close();
    await gateway.stop();
    return telemetry;
  } finally {
    await server.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

function configOf(databaseUrl: string, folder: string): ReturnType<typeof loadGatewayConfig> {
  const config = loadGatewayConfig({
    RABBITMQ_URL: 'amqp://127.0.0.1:1',
    DATABASE_URL: databaseUrl,
    STORAGE_URL: pathToFileURL(join(folder, 'files')).href,
    LINK_SECRET: 'a secret of the tests that is long enough',
    NODE_ENV: 'test',
  });
  return { ...config, port: 0 };
}
