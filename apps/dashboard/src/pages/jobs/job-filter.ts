import { type JobFilter, type JobStatus } from '#libs/sdk';
import { useSearchParams } from 'react-router';

export const STATUSES = ['scheduled', 'queued', 'running', 'retrying', 'completed', 'failed', 'cancelled'] as const;

/** The filters that stand in the address under their own names. */
const NAMES = [
  'status',
  'task',
  'exceptTask',
  'queue',
  'tenant',
  'batchId',
  'errorCode',
  'createdAfter',
  'createdBefore',
] as const;
export type FilterName = (typeof NAMES)[number];

const METADATA = 'metadata.';

/** The filters of the list of jobs, as they stand in the address. */
export interface AddressedFilter {
  readonly values: Readonly<Partial<Record<FilterName, string>>>;
  /** By the keys of the metadata. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly filter: JobFilter;
  /** Sets a filter, or with empty text takes it away; the list begins anew. */
  readonly set: (name: FilterName | `metadata.${string}`, value: string) => void;
  readonly clear: () => void;
}

/** Reads and writes the filters in the address: a list can be kept, sent, and gone back to. */
export function useJobFilter(): AddressedFilter {
  const [parameters, setParameters] = useSearchParams();
  const values = Object.fromEntries(
    NAMES.flatMap((name) => {
      const value = parameters.get(name);
      return value === null || value === '' ? [] : [[name, value]];
    }),
  ) as Partial<Record<FilterName, string>>;
  const metadata = Object.fromEntries(
    [...parameters].flatMap(([name, value]) =>
      name.startsWith(METADATA) ? [[name.slice(METADATA.length), value]] : [],
    ),
  );
  const { status, ...others } = values;
  return {
    values,
    metadata,
    filter: { ...others, status: status?.split(',') as JobStatus[] | undefined, metadata },
    set: (name, value) => {
      const next = new URLSearchParams(parameters);
      next.delete('cursor');
      if (value === '') next.delete(name);
      else next.set(name, value);
      setParameters(next);
    },
    clear: () => setParameters(new URLSearchParams()),
  };
}
