import { type Fault } from './fault.js';
import { DATA_FAULTS } from './faults/data-faults.js';
import { NETWORK_FAULTS } from './faults/network-faults.js';
import { PROCESS_FAULTS } from './faults/process-faults.js';
import { SERVER_FAULTS } from './faults/server-faults.js';

/** Every fault that the suite is put to. */
export const FAULTS: readonly Fault[] = [...PROCESS_FAULTS, ...SERVER_FAULTS, ...NETWORK_FAULTS, ...DATA_FAULTS];
