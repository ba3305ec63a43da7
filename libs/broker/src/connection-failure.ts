import { types } from 'node:util';

/** What Node calls a certificate that no trusted authority has signed. */
const UNTRUSTED: ReadonlySet<unknown> = new Set([
  ...['SELF_SIGNED_CERT_IN_CHAIN', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ...['UNABLE_TO_GET_ISSUER_CERT', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'CERT_SIGNATURE_FAILURE'],
]);
const OTHER_NAME = 'ERR_TLS_CERT_ALTNAME_INVALID';

/** Why there is no connection to the broker, and how to mend what a person has to. */
export function connectionFailure(error: unknown): string {
  if (!types.isNativeError(error)) return String(error);
  const reason = error.message || error.name;
  const code: unknown = 'code' in error ? error.code : undefined;
  if (UNTRUSTED.has(code)) {
    return `The broker's certificate was signed by none of the authorities that are trusted (${reason}); RABBITMQ_CA_FILE names a file with yours.`;
  }
  if (code === OTHER_NAME) return `The broker's certificate is not for the host of RABBITMQ_URL: ${reason}`;
  return reason;
}
