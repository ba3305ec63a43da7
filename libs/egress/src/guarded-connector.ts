import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction, type Socket } from 'node:net';
import { buildConnector } from 'undici';
import { type Destination, destinationOf, type EgressPolicy } from './egress-policy.js';
import { CallFailed, EgressRefused } from './errors.js';

/** An address that a name stands for. */
export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

/** Every address that a name stands for. @throws when there is none */
export type Resolve = (host: string) => Promise<readonly ResolvedAddress[]>;

/** How a connection is made. */
export interface ConnectionTerms {
  readonly policy: EgressPolicy;
  readonly resolve: Resolve;
  /** For resolving the name and connecting to one of its addresses. */
  readonly connectMs: number;
  readonly tlsMs: number;
}

/** The system's resolver. */
export const systemResolve: Resolve = (host) => lookup(host, { all: true, order: 'verbatim' });

/**
 * Connects where the policy permits. A name is resolved once for a connection, which goes to an address of that answer
 * and no other; one address in it that may not be called refuses all. The address that was reached is looked at again
 * before anything is sent.
 */
export function guardedConnector(terms: ConnectionTerms): buildConnector.connector {
  const secure = buildConnector({ timeout: terms.tlsMs });
  return (options, callback) => {
    const connected = async (): Promise<Socket> => {
      const plain = await connectedTo(options, terms);
      if (options.protocol !== 'https:') return plain;
      return opened(secure, { ...options, httpSocket: plain }, 'tls_failed');
    };
    connected().then(
      (socket) => {
        callback(null, socket);
      },
      (error: unknown) => {
        callback(error as Error, null);
      },
    );
  };
}

async function connectedTo(options: buildConnector.Options, terms: ConnectionTerms): Promise<Socket> {
  const { policy, resolve, connectMs } = terms;
  const destination = destinationOf(options);
  const refusal = isIP(destination.host) === 0 ? undefined : policy.refusalOf(destination.host, destination);
  if (refusal !== undefined) throw refusal;
  const open = buildConnector({ timeout: connectMs, lookup: guardedLookup(policy, resolve, destination) });
  // Without a port of its own it would go to that of http, whatever the protocol is.
  const plain = { ...options, hostname: destination.host, port: String(destination.port), protocol: 'http:' };
  const socket = await opened(open, plain, 'host_unreachable');
  const wrong = policy.refusalOf(socket.remoteAddress ?? '', destination);
  if (wrong === undefined) return socket;
  socket.destroy();
  throw wrong;
}

function opened(
  connect: buildConnector.connector,
  options: buildConnector.Options,
  code: 'host_unreachable' | 'tls_failed',
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    connect(options, (...[error, socket]) => {
      if (error === null) resolve(socket);
      else reject(asTrouble(error, code));
    });
  });
}

function guardedLookup(policy: EgressPolicy, resolve: Resolve, destination: Destination): LookupFunction {
  const answer = async (): Promise<{ address: string; family: number }[]> => {
    const addresses = await resolve(destination.host);
    for (const { address } of addresses) {
      const refusal = policy.refusalOf(address, destination);
      if (refusal !== undefined) throw refusal;
    }
    return [...addresses];
  };
  return (_host, { all }, callback) => {
    answer().then(
      (addresses) => {
        const [first] = addresses;
        if (first === undefined) callback(unresolved(), '');
        else if (all === true) callback(null, addresses);
        else callback(null, first.address, first.family);
      },
      (error: unknown) => {
        callback(error instanceof EgressRefused ? error : unresolved(error), '');
      },
    );
  };
}

function unresolved(cause?: unknown): CallFailed {
  return new CallFailed('host_unresolved', 'The name of the host cannot be resolved.', { cause });
}

function asTrouble(error: Error & { readonly code?: string }, code: 'host_unreachable' | 'tls_failed'): Error {
  if (error instanceof EgressRefused || error instanceof CallFailed) return error;
  const stage = code === 'tls_failed' ? 'TLS' : 'the connection';
  if (error.code === 'UND_ERR_CONNECT_TIMEOUT') {
    return new CallFailed('call_timeout', `The host took too long for ${stage}.`, { cause: error });
  }
  const message = code === 'tls_failed' ? 'The host offers no TLS that can be trusted.' : 'The host cannot be reached.';
  return new CallFailed(code, message, { cause: error });
}
