import { type Server, type Socket } from 'socket.io';
import { type JobChange, type JobError, type JobStatus, type Progress } from '#libs/contracts';
import { type Caller } from '../../api-keys/caller.js';
import { type Showing } from '../../jobs/job-view.js';
import { type QueueRecord } from '../../ledger/queue-store.js';
import { type JobUpdate } from '../job-updates.js';

/** What a socket is told, by the name of the event. */
interface Events {
  readonly 'job-status': Told & { readonly status: JobStatus; readonly attempt: number };
  readonly 'job-progress': Told & { readonly progress: number; readonly message: string | null };
  readonly 'job-completed': Told & { readonly result: unknown };
  readonly 'job-failed': Told & { readonly error: JobError | null };
  readonly 'queue-counts': QueueRecord;
  /** The gateway closes the connection: to come back, another token is needed. */
  readonly 'listener-closed': { readonly reason: string };
}

interface Told {
  readonly jobId: string;
  readonly version: number;
}

/** An event and what comes with it. */
export type ServerMessage = { [Name in keyof Events]: readonly [event: Name, told: Events[Name]] }[keyof Events];

/** What is told of a job without its log. */
export type StateUpdate = Exclude<JobUpdate, { kind: 'log' }>;

/** What a client asks for is read as it comes: nothing of it is sure. */
type ClientEvents = Record<string, (...given: unknown[]) => void>;
type ServerEvents = Record<keyof Events, (told: object) => void>;
type BetweenServers = Record<string, never>;
interface SocketData {
  caller: Caller;
}

export type LiveServer = Server<ClientEvents, ServerEvents, BetweenServers, SocketData>;
/** A socket whose holder is known. */
export type LiveSocket = Socket<ClientEvents, ServerEvents, BetweenServers, SocketData>;

/**
 * What an update is to a socket: the job's state, how far it has come, and its end.
 * @param told the state that the socket was told last
 */
export function messagesOf(
  update: StateUpdate,
  told: JobChange | undefined,
  { view, viewer }: Showing,
): ServerMessage[] {
  const { id: jobId, version, status, attempt, progress } = view.shownChange(update.state, viewer);
  const { percent, message } = progress;
  const far: ServerMessage = ['job-progress', { jobId, progress: percent, message, version }];
  if (update.kind === 'progress') return [far];
  const movesOn = told === undefined || !isSame(told.progress, update.state.progress);
  const messages: ServerMessage[] = [['job-status', { jobId, status, attempt, version }], ...(movesOn ? [far] : [])];
  const ended = update.ended !== null ? view.shown(update.ended, viewer) : null;
  if (ended?.status === 'completed') messages.push(['job-completed', { jobId, result: ended.result, version }]);
  if (ended?.status === 'failed') messages.push(['job-failed', { jobId, error: ended.error, version }]);
  return messages;
}

function isSame(one: Progress, other: Progress): boolean {
  return one.percent === other.percent && one.message === other.message;
}
