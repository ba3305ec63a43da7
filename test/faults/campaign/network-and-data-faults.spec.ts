import { describeFaults } from '../harness/describe-faults.js';
import { DATA_FAULTS } from '../harness/faults/data-faults.js';
import { NETWORK_FAULTS } from '../harness/faults/network-faults.js';

describeFaults([
  { parts: 'connections', faults: NETWORK_FAULTS },
  { parts: 'messages and files', faults: DATA_FAULTS },
]);
