import { type UseQueryResult } from '@tanstack/react-query';
import { type Queue } from '#libs/sdk';
import { leveret } from '../../api/leveret';
import { useLive } from '../../api/use-live';

/** Every queue, live. */
export function useQueues(): UseQueryResult<readonly Queue[]> {
  return useLive(['queues'], async (signal) => (await leveret.queues.list({ limit: 200 }).page({ signal })).data);
}
