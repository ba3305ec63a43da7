import { type Check, type Patient } from './check.js';
import { type Finding, unknown } from './finding.js';
import { type ManagementView } from './management-view.js';

/** A check that needs the management API; without it, it says so. */
export function throughManagement(
  name: string,
  examine: (management: ManagementView, patient: Patient) => Promise<readonly Finding[]>,
): Check {
  return {
    name,
    examine: async (patient) =>
      patient.management === undefined
        ? [unknown('It is seen through the management API alone.', 'Set RABBITMQ_MANAGEMENT_URL.')]
        : examine(patient.management, patient),
  };
}
