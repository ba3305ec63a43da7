import { type UseQueryResult } from '@tanstack/react-query';
import { type Queue } from '#libs/sdk';
import { leveret } from '../../api/leveret';
import { useLive } from '../../api/use-live';
import { wholeList } from '../../api/whole-list';

/** Every queue, live. */
export function useQueues(): UseQueryResult<readonly Queue[]> {
  return useLive(['queues'], (signal) => wholeList(leveret.queues.list({ limit: 200 }), signal));
}
