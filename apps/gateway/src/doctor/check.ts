import { type BrokerLink } from '#libs/broker';
import { type BrokerConfig } from '#libs/config';
import { type Storage } from '#libs/storage';
import { type Queries } from '../ledger/database.js';
import { type Finding } from './finding.js';
import { type ManagementView } from './management-view.js';

/** What is examined. */
export interface Patient {
  /** What the settings declare. */
  readonly broker: BrokerConfig;
  readonly link: Pick<BrokerLink, 'server' | 'state' | 'failure'>;
  /** The broker as its management API shows it; undefined when nobody said where that is. */
  readonly management: ManagementView | undefined;
  readonly ledger: Queries;
  readonly storage: Pick<Storage, 'check' | 'identity'>;
}

/** One comparison. Another one is a file in `checks/` and a line in `all-checks.ts`. */
export interface Check {
  readonly name: string;
  /** Gives at least one finding. What it throws counts as one that needs mending. */
  examine(patient: Patient): Promise<readonly Finding[]>;
}
