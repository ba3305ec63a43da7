import { type Check, type Patient } from '../check.js';
import { type Finding, orGood, toMend } from '../finding.js';

/** Whether files can be written and read, in the same place by the gateway and by every worker. */
export const storage: Check = {
  name: 'storage',
  examine: async (patient) => {
    try {
      await patient.storage.check();
      return orGood(await elsewhere(patient), 'Files can be written and read, by every worker in the same place.');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return [toMend(`Files cannot be written and read: ${reason}`, 'Mend it, or correct STORAGE_URL.')];
    }
  },
};

/** Workers whose storage calls itself by another name than the gateway's. */
async function elsewhere({ storage: files, ledger }: Patient): Promise<Finding[]> {
  const own = await files.identity();
  const rows = await ledger.query<{ id: string }>(
    `SELECT id FROM workers WHERE heard_at > now() - interval '1 minute' AND storage <> $1 ORDER BY id`,
    [own],
  );
  return rows.map(({ id }) =>
    toMend(
      `${id} keeps files in another place than the gateway: neither finds what the other has stored.`,
      'Give every app the same STORAGE_URL, or mount the same volume into each.',
    ),
  );
}
