export { ConfigError } from './config-error.js';
export { describeSettings } from './describe-settings.js';
export {
  loadConsumerConfig,
  loadGatewayConfig,
  type BrokerConfig,
  type CommonConfig,
  type ConsumerConfig,
  type GatewayConfig,
} from './load.js';
export { maskCredentials } from './mask.js';
export { nearest } from './nearest.js';
export { type LogLevelName } from './schema.js';
