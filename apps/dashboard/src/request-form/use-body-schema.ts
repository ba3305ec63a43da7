import { useQuery } from '@tanstack/react-query';
import { readBodySchemas } from '../api/own-calls';
import { type Schema } from '../schema-form/schema';

/** Calls whose bodies have a form. */
export type BodyCall = '/v1/jobs' | '/v1/schedules' | '/v1/triggers';

/** What the body of a call takes, as the gateway itself describes it; undefined until that is known. */
export function useBodySchema(call: BodyCall): Schema | undefined {
  const { data } = useQuery({
    queryKey: ['bodies of calls'],
    queryFn: ({ signal }) => readBodySchemas(signal),
    staleTime: 'static',
  });
  return data?.get(call);
}
