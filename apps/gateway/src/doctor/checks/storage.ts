import { type Check } from '../check.js';
import { good, toMend } from '../finding.js';

/** Whether files can be written and read. */
export const storage: Check = {
  name: 'storage',
  examine: async ({ storage: files }) => {
    try {
      await files.check();
      return [good('Files can be written and read.')];
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return [toMend(`Files cannot be written and read: ${reason}`, 'Mend it, or correct STORAGE_URL.')];
    }
  },
};
