import { ConfigError, loadEmailConfig } from '#libs/config';
import { TemplateError } from './template-error.js';
import { Templates } from './templates.js';

let opened: Promise<Templates> | undefined;

/**
 * The templates of this process, compiled when they are asked for the first time.
 * @throws ConfigError when one of them cannot be used
 */
export function openTemplates(): Promise<Templates> {
  opened ??= Templates.open(loadEmailConfig().templates).catch((error: unknown) => {
    throw error instanceof TemplateError
      ? new ConfigError([{ name: 'MAIL_TEMPLATES', message: error.message }])
      : error;
  });
  return opened;
}
