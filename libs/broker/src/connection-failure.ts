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
// amqplib does not pass on what the broker says here. Some of the causes pass by themselves.
const VIRTUAL_HOST_NOT_OPENED = /^Expected ConnectionOpenOk; got <ConnectionClose/;
const VIRTUAL_HOST_CAUSES =
  'there may be none of this name, the user may have no right in it, it may be down, or a limit of connections may be reached';

/** What an attempt to connect to one URL, or a connection, has ended with. */
export function connectionFailure(error: unknown): ConnectionFailure {
  if (!types.isNativeError(error)) return { reason: String(error), lasting: false };
  const reason = error.message || error.name;
  const toMend = refusal(reason) ?? distrust(reason, 'code' in error ? error.code : undefined);
  return toMend === undefined ? { reason: inWords(reason), lasting: false } : { reason: toMend, lasting: true };
}

function inWords(reason: string): string {
  return VIRTUAL_HOST_NOT_OPENED.test(reason)
    ? `The broker does not open the virtual host of RABBITMQ_URL: ${VIRTUAL_HOST_CAUSES}; the broker's log says which.`
    : reason;
}

function refusal(reason: string): string | undefined {
  const [, said] = LOGIN_REFUSED.exec(reason) ?? [];
  return said === undefined ? undefined : `The broker refuses the user of RABBITMQ_URL, or its password: ${said}`;
}

function distrust(reason: string, code: unknown): string | undefined {
  if (UNTRUSTED.has(code)) {
    return `The broker's certificate was signed by none of the authorities that are trusted (${reason}); RABBITMQ_CA_FILE names a file with yours.`;
  }
  return code === OTHER_NAME ? `The broker's certificate is not for the host of RABBITMQ_URL: ${reason}` : undefined;
}
