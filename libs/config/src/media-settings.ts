import { matching } from './parsers.js';
import { setting } from './setting.js';

/** The settings of the media app, in the order of the documentation. */
export const MEDIA_SETTINGS = {
  WATERMARK_TEXT: setting<string>({
    means: 'What `watermark: true` writes over a video.',
    allowed: '1 to 200 characters',
    takenBy: 'media app',
    parse: matching(/^(?=.*\S)\P{Cc}{1,200}$/u),
    fallback: { value: 'Leveret', shown: 'Leveret' },
  }),
} as const;
