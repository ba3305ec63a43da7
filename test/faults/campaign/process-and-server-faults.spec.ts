import { describeFaults } from '../harness/describe-faults.js';
import { PROCESS_FAULTS } from '../harness/faults/process-faults.js';
import { SERVER_FAULTS } from '../harness/faults/server-faults.js';

describeFaults([
  { parts: 'processes', faults: PROCESS_FAULTS },
  { parts: 'broker and database', faults: SERVER_FAULTS },
]);
