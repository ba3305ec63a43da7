import { isTenantName, type Scope, SCOPES } from '#libs/contracts';
import { BodySchema } from '../http/body-schema.js';
import { invalidField } from '../http/problem.js';
import { type ApiKeyChange } from '../ledger/api-key.store.js';
import { type KeyLimits, UNLIMITED_KEY } from '../ledger/limits.js';
import { KEY_LIMIT_FIELDS } from '../limits/limits-request.js';

/** The body of `POST /v1/api-keys`. */
export interface ApiKeyRequest extends KeyLimits {
  readonly name: string;
  readonly tenant: string;
  readonly scopes: readonly Scope[];
}

const name = { type: 'string', minLength: 1, maxLength: 100, description: 'What the key is for; for people to read.' };

export const API_KEY_REQUEST = new BodySchema<Omit<ApiKeyRequest, keyof KeyLimits> & Partial<KeyLimits>>({
  type: 'object',
  additionalProperties: false,
  required: ['name', 'tenant', 'scopes'],
  properties: {
    name,
    tenant: { type: 'string', maxLength: 63, description: 'Lower-case letters, digits and inner hyphens.' },
    scopes: { type: 'array', minItems: 1, uniqueItems: true, items: { type: 'string', enum: SCOPES } },
    ...KEY_LIMIT_FIELDS,
  },
});

/** The body of `PATCH /v1/api-keys/:id`. */
export const API_KEY_CHANGE = new BodySchema<ApiKeyChange>({
  type: 'object',
  additionalProperties: false,
  minProperties: 1,
  properties: { name, ...KEY_LIMIT_FIELDS },
});

/** @throws Problem 422 that names each wrong field */
export function readApiKeyRequest(body: unknown): ApiKeyRequest {
  const request = API_KEY_REQUEST.read(body);
  if (!isTenantName(request.tenant)) {
    throw invalidField('tenant', 'must be lower-case letters, digits and inner hyphens, at most 63 characters');
  }
  return { ...UNLIMITED_KEY, ...request };
}
