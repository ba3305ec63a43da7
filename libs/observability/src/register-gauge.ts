import { Gauge } from 'prom-client';
import { type Telemetry } from './telemetry.js';

const COLLECT_LIMIT_MS = 3_000;

/** One value of a gauge, with its labels. */
export interface Sample {
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
  collect(): Promise<number | readonly Sample[]>;
}

/** Adds a gauge to the metrics of the process. */
export function registerGauge(telemetry: Telemetry, { name, help, labels = [], collect }: GaugeOptions): void {
  new Gauge({
    name,
    help,
    labelNames: labels,
    registers: [telemetry.registry],
    async collect() {
      this.reset();
      try {
        const read = await withinLimit(collect());
        const samples = typeof read === 'number' ? [{ labels: {}, value: read }] : read;
        for (const sample of samples) this.set(sample.labels, sample.value);
      } catch (error) {
        this.remove();
        telemetry.emit('gauge.failed', { gauge: name, error });
      }
    },
  });
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
