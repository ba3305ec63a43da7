import { setTimeout as delay } from 'node:timers/promises';
import { BrokerLink } from '#libs/broker';
import { ConfigError, type DoctorConfig, loadDoctorConfig } from '#libs/config';
import { createTelemetry } from '#libs/observability';
import { openStorage, type Storage } from '#libs/storage';
import { Database } from '../ledger/database.js';
import { diagnose } from './doctor.js';
import { type Diagnosis } from './examine.js';

const BROKER_PATIENCE_MS = 5_000;
const LOOK_EVERY_MS = 50;

try {
  const diagnoses = await examineSuite(loadDoctorConfig());
  process.stdout.write(`${diagnoses.map(lineOf).join('\n')}\n`);
  process.exitCode = diagnoses.some(({ grade }) => grade === 'mend') ? 1 : 0;
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}

async function examineSuite(config: DoctorConfig): Promise<readonly Diagnosis[]> {
  const link = new BrokerLink(config.broker, 'doctor', createTelemetry({ service: 'doctor', level: 'silent' }));
  const ledger = new Database(config.databaseUrl, { connections: 2 });
  link.open();
  await untilConnected(link);
  const storage = await opened(config.storageUrl);
  try {
    return await diagnose({ ...config, link, ledger, storage });
  } finally {
    await Promise.all([link.close(), ledger.close()]);
  }
}

// Whether it was reached is a finding like others.
async function untilConnected(link: BrokerLink): Promise<void> {
  const deadline = Date.now() + BROKER_PATIENCE_MS;
  while (link.server === undefined && link.failure?.lasting !== true && Date.now() < deadline)
    await delay(LOOK_EVERY_MS);
}

/** Storage that cannot even be opened is told when it is checked. */
async function opened(url: string): Promise<Pick<Storage, 'check' | 'identity'>> {
  try {
    return await openStorage(url);
  } catch (error) {
    const fail = async (): Promise<never> => {
      throw error;
    };
    return { check: fail, identity: fail };
  }
}

function lineOf({ grade, check, says, mend }: Diagnosis): string {
  return `${grade.padEnd(7)} ${check}: ${says}${mend === undefined ? '' : ` ${mend}`}`;
}
