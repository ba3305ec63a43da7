import { useMutation, type UseMutationResult, useQueryClient } from '@tanstack/react-query';
import { useNotify } from '../ui/notices';
import { sentenceOf } from './failure';

/** Changes something: says when it is done or why it is not, and has everything that is shown asked for anew. */
export function useAction<Input, Answer>(
  act: (input: Input) => Promise<Answer>,
  done: (answer: Answer, input: Input) => string,
): UseMutationResult<Answer, Error, Input> {
  const queries = useQueryClient();
  const notify = useNotify();
  return useMutation({
    mutationFn: act,
    onSuccess: (answer, input) => notify('done', done(answer, input)),
    onError: (error) => notify('failed', sentenceOf(error)),
    onSettled: () => queries.invalidateQueries(),
  });
}
