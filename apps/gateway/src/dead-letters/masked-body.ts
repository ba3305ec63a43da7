import { withoutSecrets } from '../jobs/secret-fields.js';

/** A body that may be shown. */
export interface ShownBody {
  readonly body: Buffer;
  /** Whether anything in it was masked; such a body is no longer what was sent. */
  readonly masked: boolean;
}

const MASK = Buffer.from('"***"');

/**
 * The body of a message with every field masked that its task's schema marks secret. What is no JSON, and what has no
 * secrets, stays as it came, byte for byte; JSON that cannot be looked through is masked whole.
 */
export function maskedBody(body: Buffer, schema: Readonly<Record<string, unknown>> | undefined): ShownBody {
  const payload = schema === undefined ? undefined : parsed(body);
  if (schema === undefined || payload === undefined) return { body, masked: false };
  try {
    const shown = withoutSecrets(payload, schema);
    return shown === payload ? { body, masked: false } : { body: Buffer.from(JSON.stringify(shown)), masked: true };
  } catch {
    return { body: MASK, masked: true }; // nested so deep that there is no room for looking
  }
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}
