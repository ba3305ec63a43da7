export { ConfigError } from './config-error.js';
export { describeSettings } from './describe-settings.js';
export {
  loadBrokerConfig,
  loadConsumerConfig,
  loadDoctorConfig,
  loadGatewayConfig,
  loadMigrationConfig,
  type BrokerConfig,
  type CommonConfig,
  type ConsumerConfig,
  type DoctorConfig,
  type GatewayConfig,
} from './load.js';
export { loadEmailConfig, type EmailConfig, type MailRates, type UnsubscribeConfig } from './load-email.js';
export { loadExportsConfig, type ExportsConfig } from './load-exports.js';
export { loadIntegrationsConfig, type IntegrationsConfig } from './load-integrations.js';
export { loadMediaConfig, type MediaConfig } from './load-media.js';
export { type DkimKey, type Mailbox, type SmtpServer } from './mail-parsers.js';
export { maskCredentials } from './mask.js';
export { nearest } from './nearest.js';
export { type LogLevelName } from './schema.js';
export { type OpenIdConfig } from './open-id.js';
export { type OpenIdRole } from './open-id-settings.js';
export { readSettingsFile, unusableFile } from './settings-file.js';
