import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { readBodySchemas } from '../api/own-calls';
import { type Schema } from '../schema-form/schema';

/** Calls whose bodies have a form. */
export type BodyCall = '/v1/jobs' | '/v1/schedules' | '/v1/triggers';

/** What the body of a call takes, as the gateway itself describes it. */
export function useBodySchema(call: BodyCall): UseQueryResult<Schema> {
  return useQuery({
    queryKey: ['bodies of calls'],
    queryFn: ({ signal }) => readBodySchemas(signal),
    select: (schemas) => schemas.get(call) ?? {},
    staleTime: 'static',
  });
}
