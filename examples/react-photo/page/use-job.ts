import { useEffect, useState } from 'react';
import { io, type Socket } from 'socket.io-client';

/** What a page needs to watch a job; the application's backend hands it out. */
export interface Ticket {
  readonly jobId: string;
  readonly watchToken: string;
  /** Where the gateway is: `https://jobs.example.org`. */
  readonly gateway: string;
}

/** A job as a page knows it. */
export interface WatchedJob<Result> {
  /** `connecting` until the gateway has told. */
  readonly status: string;
  readonly percent: number;
  readonly message: string | null;
  /** Of a job that has completed. */
  readonly result: Result | null;
  /** Why it failed, or why it cannot be watched. */
  readonly error: { readonly message: string } | null;
}

interface Told {
  readonly version: number;
}

const UNKNOWN = { status: 'connecting', percent: 0, message: null, result: null, error: null } as const;
const FINAL: ReadonlySet<string> = new Set(['completed', 'failed', 'cancelled']);
/** How often in a row a new token is asked for before the page gives up. */
const MOST_RENEWALS = 3;

/**
 * Watches a job to its end, over broken connections and tokens that run out.
 * @param renew gives a new watch token; the same function in every render
 */
export function useJob<Result>(
  ticket: Ticket | null,
  renew: (jobId: string) => Promise<string>,
): WatchedJob<Result> | null {
  const [job, setJob] = useState<WatchedJob<Result>>(UNKNOWN);
  useEffect(() => {
    setJob(UNKNOWN);
    if (ticket === null) return;
    const change = (changes: Partial<WatchedJob<Result>>): void => setJob((known) => ({ ...known, ...changes }));
    const socket = listen(ticket, renew, change);
    return () => void socket.close();
  }, [ticket, renew]);
  return ticket === null ? null : job;
}

function listen<Result>(
  { jobId, watchToken, gateway }: Ticket,
  renew: (jobId: string) => Promise<string>,
  change: (changes: Partial<WatchedJob<Result>>) => void,
): Socket {
  let token = watchToken;
  let version: number | undefined;
  let renewals = 0;
  const socket = io(gateway, { transports: ['websocket'], auth: (give) => give({ token }) });

  const comeBack = async (): Promise<void> => {
    renewals += 1;
    if (renewals > MOST_RENEWALS) throw new Error('The job cannot be watched any more.');
    token = await renew(jobId);
    socket.connect();
  };
  const orGiveUp = (coming: Promise<void>): void =>
    void coming.catch((error: unknown) => change({ error: { message: String(error) } }));

  socket.on('connect', () => {
    renewals = 0;
    socket.emit('listen-to-job', { jobId, version });
  });
  // A refused token, and a gateway that has closed the connection, end the client's own tries.
  socket.on('connect_error', () => socket.active || orGiveUp(comeBack()));
  socket.on('disconnect', (reason) => reason === 'io server disconnect' && orGiveUp(comeBack()));

  socket.on('job-progress', (told: Told & { progress: number; message: string | null }) => {
    version = told.version;
    change({ percent: told.progress, message: told.message });
  });
  socket.on('job-status', ({ status, ...told }: Told & { status: string }) => {
    version = told.version;
    change({ status });
    if (status === 'cancelled') socket.close();
  });
  socket.on('job-completed', ({ result }: Told & { result: Result }) => {
    change({ result });
    socket.close();
  });
  socket.on('job-failed', ({ error }: Told & { error: { message: string } }) => {
    change({ error });
    socket.close();
  });
  return socket;
}

/** True when nothing more will become of a job. */
export function hasEnded({ status }: WatchedJob<unknown>): boolean {
  return FINAL.has(status);
}
