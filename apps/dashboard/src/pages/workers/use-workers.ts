import { type UseQueryResult } from '@tanstack/react-query';
import { type WorkerProcess } from '#libs/sdk';
import { leveret } from '../../api/leveret';
import { useLive } from '../../api/use-live';
import { wholeList } from '../../api/whole-list';

/** The worker processes that are alive, live. */
export function useWorkers(): UseQueryResult<readonly WorkerProcess[]> {
  return useLive(['workers'], (signal) => wholeList(leveret.workers.list({ alive: true, limit: 200 }), signal));
}
