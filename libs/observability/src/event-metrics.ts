import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { type EventDefinition, type Fields, type Move } from './event-definition.js';

type Labels = Record<string, string>;
/** Changes one metric: by how much, or to what. */
type Lever = (labels: Labels, amount: number) => void;

/**
 * Moves metrics by events. Every metric is known from the start, but one with labels has a series only from its first event on:
 * who looks for single events must not go by how much a series rose alone.
 */
export class EventMetrics {
  readonly #levers = new Map<string, Lever>();

  constructor(registry: Registry, definitions: readonly EventDefinition[]) {
    for (const move of definitions.flatMap(({ moves }) => moves)) {
      if (!this.#levers.has(move.name)) this.#levers.set(move.name, leverOf(registry, move));
    }
  }

  take(definition: EventDefinition, fields: Fields): void {
    for (const move of definition.moves) {
      const labels = Object.fromEntries(move.labels.map((label) => [label, String(fields[label])]));
      this.#levers.get(move.name)?.(labels, amountOf(move, fields));
    }
  }
}

function leverOf(registry: Registry, move: Move): Lever {
  const about = { name: move.name, help: move.help, labelNames: move.labels, registers: [registry] };
  switch (move.kind) {
    case 'counter': {
      const counter = new Counter(about);
      return (labels, amount) => {
        counter.inc(labels, amount);
      };
    }
    case 'gauge': {
      const gauge = new Gauge(about);
      return (labels, amount) => {
        gauge.set(labels, amount);
      };
    }
    case 'histogram': {
      const histogram = new Histogram({ ...about, buckets: [...move.buckets] });
      return (labels, amount) => {
        histogram.observe(labels, amount);
      };
    }
  }
}

function amountOf(move: Move, fields: Fields): number {
  switch (move.kind) {
    case 'counter':
      return move.by === undefined ? 1 : Number(fields[move.by]);
    case 'gauge':
      return typeof move.to === 'number' ? move.to : Number(fields[move.to]);
    case 'histogram':
      return Number(fields[move.observe]) / (move.of === 'time' ? 1_000 : 1);
  }
}
