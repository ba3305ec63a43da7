import { createTelemetry, type Telemetry } from '#libs/observability';
import { RunningProcess } from '../src/app-process.js';
import { type BrokerPeers } from '../src/broker-peers.js';

const NOBODY = { self: 'spec', tell: () => undefined, listen: () => undefined } as unknown as BrokerPeers;

/** The telemetry of a consumer app that shows the state of one dependency. */
export function telemetryOfApp(): Telemetry {
  const telemetry = createTelemetry({ service: 'spec', level: 'silent' });
  const app = new RunningProcess(1, NOBODY, telemetry);
  app.showDependencies(() => [{ name: 'api.example.com', state: 'closed', inFlight: 0, parked: 0 }]);
  return telemetry;
}
