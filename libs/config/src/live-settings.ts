import { listOf, origin, wholeNumber } from './parsers.js';
import { setting } from './setting.js';

/** Who may listen to live updates, in the order of the documentation. */
export const LIVE_SETTINGS = {
  LIVE_ORIGINS: setting<readonly string[]>({
    means: 'Pages of which origins may listen to live updates beside those of PUBLIC_URL; programs send none.',
    allowed: 'origins with commas between them, e.g. https://shop.example.org,http://localhost:5173',
    takenBy: 'gateway',
    parse: listOf(origin),
    fallback: { value: [], shown: 'none' },
  }),
  LIVE_MAX_PER_KEY: setting({
    means: 'How many live listeners one API key may have on one gateway, those with its watch tokens among them.',
    allowed: 'a whole number from 1 to 10000',
    takenBy: 'gateway',
    parse: wholeNumber(1, 10_000),
    fallback: { value: 2_000, shown: '2000' },
  }),
} as const;
