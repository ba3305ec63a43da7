import { Gauge } from 'prom-client';
import { type Telemetry } from './telemetry.js';

const COLLECT_LIMIT_MS = 3_000;

/** One value of a gauge, with its labels. */
interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A gauge that is read when somebody asks for the metrics. */
export interface GaugeOptions {
  readonly name: `leveret_${string}`;
  readonly help: string;
  /** @default none */
  readonly labels?: readonly string[];
  /** The value, or one sample per set of labels. It has 3 s; when it fails, the gauge is left out of that answer. */
  readonly collect: () => Promise<number | readonly Sample[]>;
}

/** Adds a gauge to the metrics of the process. */
export function registerGauge(telemetry: Telemetry, options: GaugeOptions): void {
  const { name, help, labels = [] } = options;
  const gauge: Gauge = new Gauge({
    name,
    help,
    labelNames: labels,
    registers: [telemetry.registry],
    collect: () => refresh(gauge, telemetry, options),
  });
}

async function refresh(gauge: Gauge, telemetry: Telemetry, { name, collect }: GaugeOptions): Promise<void> {
  try {
    const read = await withinLimit(collect());
    gauge.reset();
    const samples = typeof read === 'number' ? [{ labels: {}, value: read }] : read;
    for (const { labels, value } of samples) gauge.set(labels, value);
  } catch (error) {
    gauge.reset();
    gauge.remove();
    telemetry.emit('gauge.failed', { gauge: name, error });
  }
}

async function withinLimit<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`Expected a value within ${COLLECT_LIMIT_MS} ms, got none.`));
    }, COLLECT_LIMIT_MS);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
