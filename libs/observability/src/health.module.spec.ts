import { afterEach, describe, expect, it } from '@jest/globals';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { HealthModule } from './health.module.js';
import { type HealthCheckSpec, type HealthOptions, upOrWhyNot } from './health-options.js';
import { NestLogger } from './nest-logger.js';
import { createTelemetry, type Telemetry } from './telemetry.js';

interface Ready {
  readonly status: string;
  readonly details: Readonly<Record<string, { readonly status: string; readonly message?: string }>>;
}

const lines: string[] = [];
let app: NestFastifyApplication | undefined;

async function serve(
  options: Partial<Omit<HealthOptions, 'telemetry'>>,
): Promise<{ url: string; telemetry: Telemetry }> {
  lines.length = 0;
  const telemetry = createTelemetry({
    service: 'spec',
    level: 'debug',
    destination: { write: (line) => void lines.push(line) },
  });
  const health = HealthModule.register({ checks: [], metricsToken: null, ...options, telemetry });
  app = await NestFactory.create<NestFastifyApplication>(health, new FastifyAdapter(), {
    logger: new NestLogger(telemetry),
  });
  await app.listen(0, '127.0.0.1');
  return { url: await app.getUrl(), telemetry };
}

function check(name: string, gating: boolean, answer: Awaited<ReturnType<HealthCheckSpec['check']>>): HealthCheckSpec {
  return { name, gating, check: () => Promise.resolve(answer) };
}

async function ready(url: string): Promise<{ code: number; body: Ready }> {
  const response = await fetch(`${url}/health/ready`);
  return { code: response.status, body: (await response.json()) as Ready };
}

const events = (): unknown[] => lines.map((line) => (JSON.parse(line) as { event?: string }).event).filter(Boolean);

afterEach(async () => {
  await app?.close();
  app = undefined;
});

describe('GET /health/live', () => {
  it('is 200 whatever the checks say', async () => {
    const { url } = await serve({ checks: [check('store', true, { down: 'gone' })] });
    const response = await fetch(`${url}/health/live`);
    expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }]);
  });
});

describe('GET /health/ready', () => {
  it('says of a step that has to succeed why it did not', async () => {
    const steps: Record<string, () => Promise<unknown>> = {
      store: () => Promise.resolve('anything'),
      storage: () => Promise.reject(new Error('The bucket does not exist.')),
    };
    const checks = Object.entries(steps).map(([name, step]) => ({
      name,
      gating: true,
      check: () => upOrWhyNot(step()),
    }));
    const { url } = await serve({ checks });
    expect(await ready(url)).toMatchObject({
      code: 503,
      body: {
        details: { store: { status: 'up' }, storage: { status: 'down', message: 'The bucket does not exist.' } },
      },
    });
  });

  it('is 200 with every check up', async () => {
    const { url } = await serve({ checks: [check('store', true, 'up'), check('broker', false, 'up')] });
    expect(await ready(url)).toMatchObject({
      code: 200,
      body: { status: 'ok', details: { store: { status: 'up' }, broker: { status: 'up' } } },
    });
  });

  it('is 503 with a gating check down, and says why', async () => {
    const { url } = await serve({
      checks: [check('store', true, { down: 'no connection' }), check('disk', true, 'up')],
    });
    expect(await ready(url)).toMatchObject({
      code: 503,
      body: {
        status: 'error',
        details: { store: { status: 'down', message: 'no connection' }, disk: { status: 'up' } },
      },
    });
  });

  it('shows a check that does not gate as down and stays 200', async () => {
    const { url } = await serve({
      checks: [check('broker', false, { down: 'connecting' }), check('store', true, 'up')],
    });
    expect(await ready(url)).toMatchObject({
      code: 200,
      body: {
        info: { broker: { status: 'down' } },
        details: { broker: { status: 'down', message: 'connecting' }, store: { status: 'up' } },
      },
    });
  });

  it('shows what is in force beside the checks, as it is then', async () => {
    let broker: string | null = null;
    const { url } = await serve({ features: () => ({ queueType: 'classic', broker }) });
    expect(await ready(url)).toMatchObject({
      body: { status: 'ok', features: { queueType: 'classic', broker: null } },
    });
    broker = 'RabbitMQ 4.0.5';
    expect(await ready(url)).toMatchObject({ body: { features: { broker: 'RabbitMQ 4.0.5' } } });
  });

  it('takes a check that does not answer within 3 s as down', async () => {
    const silent: HealthCheckSpec = { name: 'storage', gating: true, check: () => new Promise(() => undefined) };
    const { url } = await serve({ checks: [silent] });
    expect(await ready(url)).toMatchObject({ code: 503, body: { details: { storage: { status: 'down' } } } });
  });

  it('keeps the text of an unexpected error and credentials to itself', async () => {
    const throwing: HealthCheckSpec = {
      name: 'store',
      gating: true,
      check: () => Promise.reject(new Error('role "leveret" does not exist')),
    };
    const { url } = await serve({
      checks: [throwing, check('broker', true, { down: 'amqp://me:hush@rabbit is away' })],
    });
    const { body } = await ready(url);
    expect(body.details['store']?.message).toBe('the check failed; its log line says why');
    expect(body.details['broker']?.message).toBe('amqp://***@rabbit is away');
    expect(lines.join('')).toContain('role \\"leveret\\" does not exist');
  });

  it('tells a change once and asks a check once for simultaneous callers', async () => {
    let asked = 0;
    const counted: HealthCheckSpec = {
      name: 'store',
      gating: true,
      check: () => {
        asked += 1;
        return Promise.resolve({ down: 'gone' });
      },
    };
    const { url, telemetry } = await serve({ checks: [counted] });
    await Promise.all([ready(url), ready(url), ready(url)]);
    expect(asked).toBe(1);
    expect(events()).toEqual(['check.down']);
    expect(await telemetry.registry.metrics()).toContain('leveret_health_check_up{check="store"} 0');
  });
});

describe('GET /metrics', () => {
  it('is Prometheus text of the process and of the events', async () => {
    const { url, telemetry } = await serve({});
    telemetry.emit('relay.published', { count: 3 });
    const response = await fetch(`${url}/metrics`);
    expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4');
    const text = await response.text();
    expect(text).toContain('leveret_relay_published_total 3\n');
    expect(text).toContain('process_resident_memory_bytes');
  });

  it.each([undefined, 'Bearer wrong', 'scrape-me-if-you-can', 'bearer', 'Bearer scrape-me-if-you-can2'])(
    'refuses %p when a token is set',
    async (authorization) => {
      const { url } = await serve({ metricsToken: 'scrape-me-if-you-can' });
      const response = await fetch(`${url}/metrics`, { headers: authorization === undefined ? {} : { authorization } });
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toBe('Bearer');
      expect(response.headers.get('content-type')).toContain('application/problem+json');
      expect(await response.json()).toMatchObject({ status: 401, title: 'Unauthorized' });
    },
  );

  it('takes the token as a bearer token', async () => {
    const { url } = await serve({ metricsToken: 'scrape-me-if-you-can' });
    const response = await fetch(`${url}/metrics`, { headers: { authorization: 'Bearer scrape-me-if-you-can' } });
    expect(response.status).toBe(200);
  });
});
