/** Injection tokens of what is no class of the gateway's own. */
export const GATEWAY_CONFIG = Symbol('gateway configuration');
export const STORAGE = Symbol('storage');
export const TELEMETRY = Symbol('telemetry');
