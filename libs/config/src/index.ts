export { ConfigError, type ConfigProblem } from './config-error.js';
export { describeSettings, type SettingRow } from './describe-settings.js';
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
export { LOG_LEVEL_NAMES, type LogLevelName } from './schema.js';
