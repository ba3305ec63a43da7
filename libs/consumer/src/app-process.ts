import { type ShownDependency } from '#libs/contracts';
import { registerGauge, type Telemetry } from '#libs/observability';
import { type BrokerPeers } from './broker-peers.js';
import { type AppPeers } from './app-peers.js';

/** The process that an app's module runs in. `runConsumerApp` provides it for injection; in specs it is whatever they give. */
export abstract class AppProcess {
  /** Jobs at once. */
  abstract readonly slots: number;
  abstract readonly peers: AppPeers;
  /** What the app depends on is shown in its queue and in its metrics, as it is then. To be called once. */
  abstract showDependencies(read: () => readonly ShownDependency[]): void;
}

/** The process as it is. */
export class RunningProcess extends AppProcess {
  #read: () => readonly ShownDependency[] = () => [];

  constructor(
    readonly slots: number,
    readonly peers: BrokerPeers,
    private readonly telemetry: Telemetry,
  ) {
    super();
  }

  /** What the app depends on at present. */
  get dependencies(): readonly ShownDependency[] {
    return this.#read();
  }

  showDependencies(read: () => readonly ShownDependency[]): void {
    this.#read = read;
    const gauge = (name: string, help: string, valueOf: (shown: ShownDependency) => number): void => {
      registerGauge(this.telemetry, {
        ...{ name: `leveret_dependency_${name}`, help, labels: ['dependency'] },
        collect: async () => read().map((shown) => ({ labels: { dependency: shown.name }, value: valueOf(shown) })),
      });
    };
    gauge('open', '1 while nothing or a probe alone is sent to a dependency, because it is down.', ({ state }) =>
      state === 'open' || state === 'half-open' ? 1 : 0,
    );
    gauge('calls_in_flight', 'Calls to a dependency that are being made.', ({ inFlight }) => inFlight);
    gauge('jobs_parked', 'Jobs that this process has put off because of a dependency.', ({ parked }) => parked);
  }
}
