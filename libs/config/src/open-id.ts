import { ConfigError } from './config-error.js';
import { type OpenIdRole } from './open-id-settings.js';
import { type Values } from './schema.js';

/** How people sign in at an OpenID Connect provider. */
export interface OpenIdConfig {
  readonly issuer: string;
  readonly clientId: string;
  /** Null: a public client. */
  readonly clientSecret: string | null;
  readonly scope: string;
  /** The claim that the roles are about. */
  readonly claim: string;
  /** At least one; the first that fits counts. */
  readonly roles: readonly OpenIdRole[];
}

/**
 * The settings of the provider together; null without any.
 * @throws ConfigError when some are there and one that goes with them is missing
 */
export function openIdOf(values: Values): OpenIdConfig | null {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret, OIDC_ROLES: roles } = values;
  if (issuer === null && clientId === null && clientSecret === null && roles.length === 0) return null;
  if (issuer === null) throw missing('OIDC_ISSUER');
  if (clientId === null) throw missing('OIDC_CLIENT_ID');
  if (roles.length === 0) throw missing('OIDC_ROLES');
  return Object.freeze({
    ...{ issuer, clientId, clientSecret, scope: values.OIDC_SCOPE, claim: values.OIDC_CLAIM },
    roles: Object.freeze(roles.map((role) => Object.freeze(role))),
  });
}

function missing(name: string): ConfigError {
  const message =
    'is missing: OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_ROLES are set together, or none of the settings OIDC_*.';
  return new ConfigError([{ name, message }]);
}
