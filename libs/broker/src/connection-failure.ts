import { types } from 'node:util';

/** Why there is no connection to the broker. */
export interface ConnectionFailure {
  /** For people: with how to mend what they have to. */
  readonly reason: string;
  /** Waiting does not mend it: another try fails in the same way until somebody has changed something. */
  readonly lasting: boolean;
}

/** What Node calls a certificate that no trusted authority has signed. */
const UNTRUSTED: ReadonlySet<unknown> = new Set([
  ...['SELF_SIGNED_CERT_IN_CHAIN', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ...['UNABLE_TO_GET_ISSUER_CERT', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'CERT_SIGNATURE_FAILURE'],
]);
const OTHER_NAME = 'ERR_TLS_CERT_ALTNAME_INVALID';
const LOGIN_REFUSED = /"(ACCESS_REFUSED - Login was refused[^"]*)"/;
// amqplib does not pass on what the broker says here: that there is no such virtual host, or none for this user.
const VIRTUAL_HOST_REFUSED = /^Expected ConnectionOpenOk; got <ConnectionClose/;

/** What an attempt to connect, or a connection, has ended with. */
export function connectionFailure(error: unknown): ConnectionFailure {
  if (!types.isNativeError(error)) return { reason: String(error), lasting: false };
  const reason = error.message || error.name;
  const toMend = refusal(reason) ?? distrust(reason, 'code' in error ? error.code : undefined);
  return toMend === undefined ? { reason, lasting: false } : { reason: toMend, lasting: true };
}

function refusal(reason: string): string | undefined {
  const [, said] = LOGIN_REFUSED.exec(reason) ?? [];
  if (said !== undefined) return `The broker refuses the user of RABBITMQ_URL, or its password: ${said}`;
  if (!VIRTUAL_HOST_REFUSED.test(reason)) return undefined;
  return 'The broker refuses the virtual host of RABBITMQ_URL: there is none of this name, or the user has no rights in it.';
}

function distrust(reason: string, code: unknown): string | undefined {
  if (UNTRUSTED.has(code)) {
    return `The broker's certificate was signed by none of the authorities that are trusted (${reason}); RABBITMQ_CA_FILE names a file with yours.`;
  }
  return code === OTHER_NAME ? `The broker's certificate is not for the host of RABBITMQ_URL: ${reason}` : undefined;
}
