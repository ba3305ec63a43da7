const QUARTER_MS = 15 * 60_000;
const MOST_KEPT = 20_000;
const PARTS = {
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
} as const;

/** What clocks on the wall of a time zone show. */
export class ZoneClock {
  readonly #format: Intl.DateTimeFormat;
  /** Offsets change at quarters of an hour at most. */
  readonly #offsets = new Map<number, number>();

  /** @throws RangeError for a zone that there is not */
  constructor(timezone: string) {
    this.#format = new Intl.DateTimeFormat('en-US', { timeZone: timezone, hourCycle: 'h23', era: 'short', ...PARTS });
  }

  /** How far the zone is before UTC at a moment, in milliseconds. */
  offsetMs(moment: number): number {
    const quarter = Math.floor(moment / QUARTER_MS);
    const known = this.#offsets.get(quarter);
    if (known !== undefined) return known;
    if (this.#offsets.size >= MOST_KEPT) this.#offsets.clear();
    const offset = this.#wall(quarter * QUARTER_MS) - quarter * QUARTER_MS;
    this.#offsets.set(quarter, offset);
    return offset;
  }

  /** ISO 8601 with the zone's offset: `2026-01-01T13:00:00.000+01:00`. */
  iso(moment: number): string {
    const offset = this.offsetMs(moment);
    if (offset === 0) return new Date(moment).toISOString();
    const minutes = Math.abs(Math.round(offset / 60_000));
    const pad = (value: number): string => String(value).padStart(2, '0');
    const sign = offset < 0 ? '-' : '+';
    return `${new Date(moment + offset).toISOString().slice(0, -1)}${sign}${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
  }

  #wall(moment: number): number {
    const parts = Object.fromEntries(this.#format.formatToParts(moment).map(({ type, value }) => [type, value]));
    const read = (part: string): number => Number(parts[part]);
    const year = parts['era'] === 'BC' ? 1 - read('year') : read('year');
    const date = new Date(0);
    date.setUTCFullYear(year, read('month') - 1, read('day'));
    return date.setUTCHours(read('hour'), read('minute'), read('second'));
  }
}
