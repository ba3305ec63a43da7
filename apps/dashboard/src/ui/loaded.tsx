import { type UseQueryResult } from '@tanstack/react-query';
import { type ReactNode } from 'react';
import { isMissing, sentenceOf } from '../api/failure';
import { EarlierAnswerContext } from './earlier-answer';

interface LoadedProps<T> {
  readonly query: UseQueryResult<T>;
  readonly children: (data: T) => ReactNode;
}

/** What was asked for, once it is there. What was there before stays when it cannot be asked for anew, and says so. */
export function Loaded<T>({ query: { data, error, isPlaceholderData }, children }: LoadedProps<T>): ReactNode {
  const isGone = isMissing(error);
  return (
    <EarlierAnswerContext value={isPlaceholderData}>
      {error !== null && (
        <p role="alert" className="problem">
          {isGone ? 'Nothing is found under this name or id. It may have been removed since.' : sentenceOf(error)}
        </p>
      )}
      {data === undefined ? error === null && <p className="loading">Loading…</p> : !isGone && children(data)}
    </EarlierAnswerContext>
  );
}
