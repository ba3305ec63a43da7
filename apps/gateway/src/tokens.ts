/** Injection tokens of what is no class of the gateway's own. */
export const GATEWAY_CONFIG = Symbol('gateway configuration');
/** Sign-in at an OpenID Connect provider; null where the settings name none. */
export const OPEN_ID = Symbol('OpenID Connect');
export const STORAGE = Symbol('storage');
export const TELEMETRY = Symbol('telemetry');
