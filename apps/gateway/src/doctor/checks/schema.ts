import { expectedSchema } from '../../ledger/expected-schema.js';
import { type Check } from '../check.js';
import { type Finding, good, toMend } from '../finding.js';

/** Whether the ledger's schema is this version's, with every index. */
export const schema: Check = {
  name: 'ledger schema',
  examine: async ({ ledger }) => {
    const expected = expectedSchema();
    const ran = await ledger.query<{ name: string }>('SELECT name FROM migrations ORDER BY name');
    const valid = await ledger.query<{ name: string }>(
      `SELECT relname AS name FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
       WHERE indisvalid AND relnamespace = to_regnamespace(current_schema())`,
    );
    const missing = expected.migrations.filter((name) => !ran.some((migration) => migration.name === name));
    const findings: Finding[] = missing.map((name) =>
      toMend(`The migration ${name} has not run.`, 'Start a gateway of this version: it brings the schema up to date.'),
    );
    for (const { name, sql } of expected.indexes) {
      if (valid.some((index) => index.name === name)) continue;
      findings.push(
        toMend(`The index ${name} is missing or not valid.`, `Make it again: DROP INDEX IF EXISTS ${name}; ${sql};`),
      );
    }
    return findings.length > 0 ? findings : [good(`Up to date: ${expected.migrations.at(-1) ?? ''}.`)];
  },
};
