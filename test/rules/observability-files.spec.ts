import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { type Exported, exportedMetrics } from './exported-metrics.js';
import { metricsOf } from './promql.js';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly runbook_url: string };
}
interface Panel {
  readonly id: number;
  readonly title: string;
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}
interface Dashboard {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly type: string; readonly query: string }[] };
}

/** What an expression or the text beside it wants and nobody exports, as `metric` or `metric{label}`. */
function missing(exported: Exported, expression: string, text: string): string[] {
  const shown = [...text.matchAll(/\{\{\s*(?:\$labels\.)?(\w+)\s*\}\}/g)].map(([, label]) => String(label));
  return metricsOf(expression).flatMap(({ name, labels }) => {
    const known = exported.get(name);
    if (known === undefined) return [name];
    return [...labels, ...shown].filter((label) => !known.has(label)).map((label) => `${name}{${label}}`);
  });
}

/** What an expression takes the increase of without what began within the same time, which `increase()` does not see. */
function blindSpots(expression: string): string[] {
  const risen = [...expression.matchAll(/increase\((\w+(?:\{[^}]*\})?)\[(\w+)\]\)/g)];
  const text = expression.replaceAll(/\s+/g, ' ');
  return risen
    .filter(([rise, series, time]) => !text.includes(`(${series} unless ${series} offset ${time}) or ${rise}`))
    .map(([rise]) => rise);
}

describe('the files for Prometheus and Grafana', () => {
  let exported: Exported;
  let alerts: { readonly groups: readonly { readonly rules: readonly Rule[] }[] };
  let rules: readonly Rule[];
  let dashboard: Dashboard;

  beforeAll(async () => {
    exported = await exportedMetrics();
    alerts = parse(await readFile('deploy/prometheus/alerts.yaml', 'utf8')) as typeof alerts;
    rules = alerts.groups.flatMap((group) => group.rules);
    dashboard = JSON.parse(await readFile('deploy/grafana/leveret.json', 'utf8')) as Dashboard;
  }, 60_000);

  it('alert by series and labels that gateway and apps export', () => {
    expect(rules.length).toBeGreaterThan(20);
    for (const { alert, expr, annotations } of rules)
      expect([alert, missing(exported, expr, annotations.summary)]).toEqual([alert, []]);
  });

  it('give the Prometheus Operator the same alerts', async () => {
    const file = 'deploy/kubernetes/components/prometheus/prometheus-rule.yaml';
    expect((parse(await readFile(file, 'utf8')) as { spec: unknown }).spec).toEqual(alerts);
  });

  it('count an event with which its series begins', () => {
    for (const { alert, expr } of rules) expect([alert, blindSpots(expr)]).toEqual([alert, []]);
    expect(rules.filter(({ expr }) => expr.includes('increase(')).length).toBeGreaterThan(7);
  });

  it('take rates only of what is counted from the start of a process', () => {
    for (const { alert, expr } of rules) {
      const begunLater = [...expr.matchAll(/rate\((\w+)/g)]
        .map(([, name]) => String(name))
        .filter((name) => [...(exported.get(name) ?? [])].some((label) => !['job', 'instance', 'le'].includes(label)));
      expect([alert, begunLater]).toEqual([alert, []]);
    }
  });

  it('point from each alert to what is to be done', async () => {
    const manual = await readFile('docs/operations.md', 'utf8');
    const sections = [...manual.matchAll(/^#+ (.+)$/gm)].map(([, title]) => String(title));
    for (const { alert, annotations } of rules) {
      expect(annotations.runbook_url).toBe(`docs/operations.md#${alert.toLowerCase()}`);
      expect(sections).toContain(alert);
    }
    const orphans = sections.filter(
      (title) => /^Leveret[A-Z]/.test(title) && !rules.some(({ alert }) => alert === title),
    );
    expect(orphans).toEqual([]);
  });

  it('draw series and labels that gateway and apps export', () => {
    const targets = dashboard.panels.flatMap(({ title, targets = [] }) =>
      targets.map((target) => ({ title, ...target })),
    );
    expect(targets.length).toBeGreaterThan(30);
    for (const { title, expr, legendFormat } of targets) {
      const expression = expr.replaceAll('$__rate_interval', '5m');
      expect([title, missing(exported, expression, legendFormat)]).toEqual([title, []]);
    }
  });

  it('offer queues by a label that is exported', () => {
    const [metric, label] = (dashboard.templating.list.find(({ type }) => type === 'query')?.query ?? '')
      .replace(/^label_values\((.*)\)$/, '$1')
      .split(', ');
    expect(exported.get(String(metric))).toContain(label);
  });

  it('name every alert once, with how grave it is, and every panel by an id of its own', () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    for (const { labels } of rules) expect(['critical', 'warning', 'info']).toContain(labels.severity);
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  });

  it('begin what is ours with leveret_, and the rest with whose it is', () => {
    for (const [name] of exported)
      expect(name).toMatch(/^(?:leveret_[a-z]+(?:_[a-z]+)*|(?:process|nodejs)_[a-z0-9_]+|up)$/);
  });
});
