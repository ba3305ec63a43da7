import { type ReactNode, useEffect, useState } from 'react';

const TICK_MS = 1_000;
const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const;

const whole = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long' });

/** A duration in its two largest units: `2 h 5 min`, `340 ms`. */
export function durationText(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)} s`;
  const [[name, size], [smaller, smallerSize]] = unitsFor(ms);
  const amount = Math.floor(ms / size);
  const rest = Math.floor((ms - amount * size) / smallerSize);
  return rest > 0 ? `${amount} ${name} ${rest} ${smaller}` : `${amount} ${name}`;
}

/** About how long: what moves in a long list moves seldom. */
function roughText(ms: number): string {
  const [[name, size]] = unitsFor(ms);
  return `${Math.round(ms / size)} ${name}`;
}

type Unit = readonly [name: string, ms: number];

/** The largest unit that fits into a duration, and the next smaller one. */
function unitsFor(ms: number): readonly [Unit, Unit] {
  const first = UNITS.findIndex(([, size]) => ms >= size);
  return [UNITS[first] ?? UNITS[3], UNITS[first + 1] ?? ['', Number.POSITIVE_INFINITY]];
}

/** A time in the viewer's zone, with its seconds and its zone. */
export function wholeTime(at: string): string {
  return whole.format(new Date(at));
}

/** How long ago a time is, or how long it will be; the whole time when it is pointed at. */
export function Time({ at }: { readonly at: string | null }): ReactNode {
  const now = useNow();
  if (at === null) return <span className="muted">—</span>;
  const ms = now - Date.parse(at);
  const text = Math.abs(ms) < 1_000 ? 'now' : ms > 0 ? `${roughText(ms)} ago` : `in ${roughText(-ms)}`;
  return (
    <time dateTime={at} title={wholeTime(at)}>
      {text}
    </time>
  );
}

/** The present, to the second while the page is seen. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') setNow(Date.now());
    }, TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}
