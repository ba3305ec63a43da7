import { event } from '../event-definition.js';

export interface Found {
  readonly check: string;
  readonly says: string;
  readonly mend?: string;
}

/** What the gateway's doctor tells: what is declared, compared with what is in force. */
export const DOCTOR_EVENTS = {
  'doctor.found': event<Found>({ level: 'warn', message: 'Something has to be mended' }),
  'doctor.noted': event<Found>({ level: 'info', message: 'Something is worth knowing' }),
  'doctor.examined': event<{ readonly good: number; readonly noted: number; readonly toMend: number }>({
    level: 'info',
    message: 'What is declared was compared with what is in force',
    moves: [
      {
        kind: 'gauge',
        name: 'leveret_doctor_findings',
        help: 'What the doctor found to be mended the last time that it looked.',
        labels: [],
        to: 'toMend',
      },
    ],
  }),
} as const;
