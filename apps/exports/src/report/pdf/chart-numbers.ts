/** How the numbers of charts are written. */
export interface ChartNumbers {
  /** On axes, where values are round: `20k`. */
  readonly axis: (value: number) => string;
  /** Beside bars and parts of a ring: to the whole, but for what is small. */
  readonly amount: (value: number) => string;
  /** Of one: 0.219 is 21.9%. */
  readonly percent: (share: number) => string;
}

/** From here on nobody asks for what stands behind the decimal sign. */
const LARGE = 100;

/** Numbers as a country writes them. */
export function chartNumbers(locale: string): ChartNumbers {
  const axis = new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1, useGrouping: true });
  const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const small = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 });
  const percent = new Intl.NumberFormat(locale, {
    style: 'percent',
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  });
  return {
    axis: (value) => axis.format(value),
    amount: (value) => (Math.abs(value) < LARGE ? small : whole).format(value),
    percent: (share) => percent.format(share),
  };
}
