import { type DestinationStream, type Logger } from 'pino';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { type EventDefinition, type EventOf, type Fields } from './event-definition.js';
import { EventLog } from './event-log.js';
import { EventMetrics } from './event-metrics.js';
import { EVENTS } from './events.js';
import { createLogger } from './logger.js';

/** The fields of every event, by its name. */
export type EventCatalogue = {
  readonly [Name in keyof typeof EVENTS]: (typeof EVENTS)[Name] extends EventOf<infer F> ? F : never;
};

/** Where an app tells what happens in it. */
export interface Telemetry {
  /** Logs the event and moves its metrics. Never throws for the fields of the catalogue. */
  emit<Name extends keyof EventCatalogue>(event: Name, fields: EventCatalogue[Name]): void;
  /** For lines that are no event: a handler's, Nest's. */
  readonly logger: Logger;
  /** Every metric of the process. */
  readonly registry: Registry;
}

/** Who is telling, and how much of it is logged. */
export interface TelemetryOptions {
  /** The app's name; every line carries it. */
  readonly service: string;
  /** A level of pino's; graver lines are logged too. */
  readonly level: string;
  /** Takes the lines, one call each. @default standard output */
  readonly destination?: DestinationStream;
}

/**
 * The event loop's lag is measured by a timer, which wakes a process that has nothing to do: the default of 10 ms is most of what it
 * would take.
 */
const EVENT_LOOP_LOOK_MS = 50;

/** The telemetry of a process: JSON lines on standard output, metrics in a registry of its own. */
export function createTelemetry({ service, level, destination }: TelemetryOptions): Telemetry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: EVENT_LOOP_LOOK_MS });
  const logger = createLogger(service, level, destination);
  const log = new EventLog(logger);
  const metrics = new EventMetrics(registry, Object.values<EventDefinition>(EVENTS));
  return {
    logger,
    registry,
    emit: (name, fields) => {
      const definition: EventDefinition = EVENTS[name];
      log.take(name, definition, fields as Fields);
      metrics.take(definition, fields as Fields);
    },
  };
}
