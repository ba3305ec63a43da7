import { type ReactNode, useEffect, useRef } from 'react';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

/** A line: its name, its colour by the name of a token, and one value for each time. */
export interface Line {
  readonly name: string;
  readonly color: string;
  readonly values: readonly number[];
}

interface LineChartProps {
  /** What it shows, in words: who does not see it is told this. */
  readonly label: string;
  /** Seconds since 1970. */
  readonly times: readonly number[];
  readonly lines: readonly Line[];
}

const HEIGHT = 180;
/** Jobs are counted, so no line of the grid stands between two numbers of them. */
const WHOLE_STEPS = [1, 2, 5]
  .flatMap((step) => [step, 10 * step, 100 * step, 1_000 * step, 10_000 * step])
  .sort((a, b) => a - b);

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });

/** Lines over time. It is drawn anew when the theme changes, and takes the width that it has. */
export function LineChart({ label, times, lines }: LineChartProps): ReactNode {
  const frame = useRef<HTMLDivElement>(null);
  const chart = useRef<UPlot | null>(null);
  const shape = lines.map(({ name, color }) => `${name} ${color}`).join();
  const data = dataOf(times, lines);
  const latest = useRef(data);
  latest.current = data;
  useEffect(() => {
    const host = frame.current;
    if (host === null) return undefined;
    const draw = (): void => {
      chart.current?.destroy();
      chart.current = new UPlot(optionsOf(lines, host.clientWidth), latest.current, host);
    };
    draw();
    const stop = whenLooksChange(host, draw, (width) => chart.current?.setSize({ width, height: HEIGHT }));
    return () => {
      stop();
      chart.current?.destroy();
      chart.current = null;
    };
    // The lines are those of the shape; their values come by the effect below.
  }, [shape]);
  useEffect(() => chart.current?.setData(data));
  return <div ref={frame} role="img" aria-label={label} className="chart" />;
}

function dataOf(times: readonly number[], lines: readonly Line[]): UPlot.AlignedData {
  return [[...times], ...lines.map(({ values }) => [...values])];
}

/** Calls `draw` when the theme changes, and `resize` when there is another width. */
function whenLooksChange(host: HTMLElement, draw: () => void, resize: (width: number) => void): () => void {
  const sizes = new ResizeObserver(() => resize(host.clientWidth));
  sizes.observe(host);
  const themes = new MutationObserver(draw);
  themes.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  const system = window.matchMedia('(prefers-color-scheme: dark)');
  system.addEventListener('change', draw);
  return () => {
    sizes.disconnect();
    themes.disconnect();
    system.removeEventListener('change', draw);
  };
}

function optionsOf(lines: readonly Line[], width: number): UPlot.Options {
  const styles = getComputedStyle(document.documentElement);
  const token = (name: string): string => styles.getPropertyValue(`--${name}`).trim();
  const axis: UPlot.Axis = {
    stroke: token('muted'),
    font: '11px system-ui, sans-serif',
    grid: { stroke: token('line'), width: 1 },
    ticks: { show: false },
  };
  return {
    width,
    height: HEIGHT,
    padding: [8, 34, 0, 0],
    cursor: { points: { size: 6 } },
    axes: [
      { ...axis, values: (_chart, times) => times.map((seconds) => clock.format(seconds * 1_000)) },
      { ...axis, size: 44, incrs: WHOLE_STEPS },
    ],
    scales: { y: { range: (_chart, _least, most) => [0, Math.max(most * 1.1, 1)] } },
    series: [
      { value: (_chart, seconds: number | null) => timeText(seconds) },
      ...lines.map(({ name, color }) => ({
        label: name,
        stroke: token(color),
        width: 1.5,
        fill: `color-mix(in srgb, ${token(color)} 12%, transparent)`,
        points: { show: false },
      })),
    ],
  };
}

function timeText(seconds: number | null): string {
  return seconds === null ? '' : new Date(seconds * 1_000).toLocaleTimeString();
}
