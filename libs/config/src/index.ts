export { ConfigError } from './config-error.js';
export { describeSettings } from './describe-settings.js';
export {
  loadConsumerConfig,
  loadDoctorConfig,
  loadEmailConfig,
  loadGatewayConfig,
  type BrokerConfig,
  type CommonConfig,
  type ConsumerConfig,
  type DoctorConfig,
  type EmailConfig,
  type GatewayConfig,
} from './load.js';
export { type Mailbox, type SmtpServer } from './mail-parsers.js';
export { maskCredentials } from './mask.js';
export { nearest } from './nearest.js';
export { type LogLevelName } from './schema.js';
