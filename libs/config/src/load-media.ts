import { readSettings } from './read-settings.js';

/** What the media app takes beside what every consumer app does. */
export interface MediaConfig {
  /** `host:port` pairs that sources may be fetched from although they are private. */
  readonly egressAllow: readonly string[];
  /** What `watermark: true` writes. @default 'Leveret' */
  readonly watermarkText: string;
}

/**
 * What the media app takes beside its configuration as a consumer app, frozen.
 * @param env @default process.env
 * @throws ConfigError with every problem in one message.
 */
export function loadMediaConfig(env: NodeJS.ProcessEnv = process.env): MediaConfig {
  const values = readSettings(env, 'media app');
  return Object.freeze({
    egressAllow: Object.freeze([...values.EGRESS_ALLOW]),
    watermarkText: values.WATERMARK_TEXT,
  });
}
