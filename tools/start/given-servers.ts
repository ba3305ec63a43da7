import { connect } from 'amqplib';
import pg from 'pg';
import { maskCredentials } from '#libs/config';
import { errorMessage, Problem } from '../console/problem.js';

const PATIENCE_MS = 10_000;

/**
 * Proves that one of the brokers of RABBITMQ_URL takes us.
 * @throws Problem with the address, its password hidden, and the reason.
 */
export async function checkBroker(urls: string): Promise<void> {
  const reasons: string[] = [];
  for (const url of urls.split(',')) {
    try {
      const connection = await connect(url.trim(), { timeout: PATIENCE_MS });
      await connection.close();
      return;
    } catch (error) {
      reasons.push(`  ${maskCredentials(url.trim())}: ${reasonOf(error)}`);
    }
  }
  const mend = 'Start it or correct RABBITMQ_URL; without RABBITMQ_URL a private broker is started.';
  throw new Problem(['The broker of RABBITMQ_URL cannot be used:', ...reasons, mend].join('\n'));
}

/**
 * Proves that the database of DATABASE_URL takes us.
 * @throws Problem with the address, its password hidden, and the reason.
 */
export async function checkDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: PATIENCE_MS });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
  } catch (error) {
    throw new Problem(
      `The database of DATABASE_URL cannot be used:\n  ${maskCredentials(url)}: ${reasonOf(error)}\n` +
        'Start it or correct DATABASE_URL; without DATABASE_URL a private database is started.',
    );
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** A name with several addresses fails with an error that has no message of its own. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(errorMessage).join('; ');
  return errorMessage(error);
}
