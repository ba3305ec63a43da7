import { type Page } from '#libs/sdk';
import { type Schema } from '../schema-form/schema';
import { OWN_PAGE } from './leveret';

/** Who is signed in. */
export interface Session {
  readonly name: string;
  readonly tenant: string;
  readonly scopes: readonly string[];
  readonly expiresAt: string | null;
}

/** Something that somebody has changed, or wanted to. */
export interface Action {
  readonly id: string;
  readonly at: string;
  readonly tenant: string;
  readonly key: { readonly id: string; readonly name: string };
  readonly via: 'session' | 'key';
  readonly method: string;
  readonly route: string;
  readonly object: string | null;
  readonly status: number | null;
}

/** Jobs that have ended, by queue and step of time. */
export interface Throughput {
  readonly from: string;
  readonly stepMs: number;
  readonly queues: readonly {
    readonly name: string;
    readonly completed: readonly number[];
    readonly failed: readonly number[];
    readonly cancelled: readonly number[];
  }[];
}

/** What the gateway needs, and whether it has it. */
export interface Readiness {
  readonly status: string;
  readonly details: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** The gateway has refused a call, or could not be asked. */
export class CallError extends Error {
  constructor(
    readonly status: number | undefined,
    detail: string,
  ) {
    super(detail);
  }
}

/** What the doctor has found. */
export interface Examination {
  readonly examinedAt: string;
  readonly findings: readonly {
    readonly check: string;
    readonly grade: 'good' | 'note' | 'mend' | 'unknown';
    readonly says: string;
    readonly mend?: string;
  }[];
}

/** What is read of the OpenAPI document. */
interface ApiDocument {
  readonly paths: Readonly<
    Record<
      string,
      {
        readonly post?: {
          readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: Schema }>> };
        };
      }
    >
  >;
}

type OwnRequest = Omit<RequestInit, 'headers'> & { readonly headers?: Readonly<Record<string, string>> };

export function signIn(apiKey: string): Promise<Session> {
  return call('/v1/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ apiKey }),
  });
}

/** Whether people may sign in at an OpenID Connect provider, too. */
export async function readHasProvider(signal: AbortSignal): Promise<boolean> {
  return (await call<{ readonly openIdConnect: boolean }>('/v1/session/ways', { signal })).openIdConnect;
}

export async function signOut(): Promise<void> {
  await send('/v1/session', { method: 'DELETE' });
}

export function readSession(signal: AbortSignal): Promise<Session> {
  return call('/v1/session', { signal });
}

export function readThroughput(over: 'hour' | 'day', signal: AbortSignal): Promise<Throughput> {
  return call(`/v1/throughput?over=${over}`, { signal });
}

export function readActions(cursor: string | undefined, signal: AbortSignal): Promise<Page<Action>> {
  const query = cursor === undefined ? '' : `?cursor=${encodeURIComponent(cursor)}`;
  return call(`/v1/actions${query}`, { signal });
}

export function readExamination(signal: AbortSignal): Promise<Examination> {
  return call('/v1/doctor', { signal });
}

/** What the body of each call takes, by its path: of calls that make something. */
export async function readBodySchemas(signal: AbortSignal): Promise<ReadonlyMap<string, Schema>> {
  const { paths } = await call<ApiDocument>('/openapi.json', { signal });
  return new Map(
    Object.entries(paths).flatMap(([path, { post }]) => {
      const schema = post?.requestBody?.content['application/json']?.schema;
      return schema === undefined ? [] : [[path, schema]];
    }),
  );
}

/** Readiness is told by the status as well: what is not ready answers 503, and says why. */
export async function readReadiness(signal: AbortSignal): Promise<Readiness> {
  const response = await fetch('/health/ready', { signal });
  return (await response.json()) as Readiness;
}

async function call<T>(path: string, request: OwnRequest): Promise<T> {
  return (await send(path, request)).json() as Promise<T>;
}

async function send(path: string, request: OwnRequest): Promise<Response> {
  const headers = { accept: 'application/json', ...OWN_PAGE, ...request.headers };
  const response = await fetch(path, { ...request, headers }).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new CallError(undefined, 'The gateway cannot be reached.');
  });
  if (response.ok) return response;
  const problem = (await response.json().catch(() => ({}))) as { readonly detail?: string };
  throw new CallError(response.status, problem.detail ?? `The gateway answered with ${response.status}.`);
}
