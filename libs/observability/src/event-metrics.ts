import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { type EventDefinition, type Fields, type Move } from './event-definition.js';

type Metric =
  | { readonly kind: 'counter'; readonly instrument: Counter }
  | { readonly kind: 'gauge'; readonly instrument: Gauge }
  | { readonly kind: 'histogram'; readonly instrument: Histogram };

/** Moves metrics by events. Every metric is there from the start, so that a rate sees the first event too. */
export class EventMetrics {
  readonly #metrics = new Map<string, Metric>();

  constructor(registry: Registry, definitions: readonly EventDefinition[]) {
    for (const move of definitions.flatMap(({ moves }) => moves)) {
      if (!this.#metrics.has(move.name)) this.#metrics.set(move.name, metricOf(registry, move));
    }
  }

  take(definition: EventDefinition, fields: Fields): void {
    for (const move of definition.moves) this.#move(move, fields);
  }

  #move(move: Move, fields: Fields): void {
    const metric = this.#metrics.get(move.name);
    const labels = Object.fromEntries(move.labels.map((label) => [label, String(fields[label])]));
    if (move.kind === 'counter' && metric?.kind === 'counter') {
      metric.instrument.inc(labels, move.by === undefined ? 1 : Number(fields[move.by]));
    } else if (move.kind === 'gauge' && metric?.kind === 'gauge') {
      metric.instrument.set(labels, typeof move.to === 'number' ? move.to : Number(fields[move.to]));
    } else if (move.kind === 'histogram' && metric?.kind === 'histogram') {
      metric.instrument.observe(labels, Number(fields[move.observe]) / 1_000);
    }
  }
}

function metricOf(registry: Registry, move: Move): Metric {
  const about = { name: move.name, help: move.help, labelNames: move.labels, registers: [registry] };
  switch (move.kind) {
    case 'counter':
      return { kind: 'counter', instrument: new Counter(about) };
    case 'gauge':
      return { kind: 'gauge', instrument: new Gauge(about) };
    case 'histogram':
      return { kind: 'histogram', instrument: new Histogram({ ...about, buckets: [...move.buckets] }) };
  }
}
