import { type SyntaxNode, type SyntaxNodeRef } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';

/** A metric as an expression names it, with every label that the expression expects of it. */
export interface UsedMetric {
  readonly name: string;
  readonly labels: readonly string[];
}

/**
 * The metrics that an expression reads. Labels are those that it selects by, and those that the aggregations around it
 * group by.
 * @throws Error when the expression is none
 */
export function metricsOf(expression: string): UsedMetric[] {
  const found: UsedMetric[] = [];
  parser.parse(expression).iterate({
    enter: (node) => {
      if (node.type.isError) throw new Error(`Expected PromQL, got at ${node.from}: ${expression}`);
      if (node.name === 'VectorSelector') found.push(metricOf(node, expression));
    },
  });
  return found;
}

function metricOf({ node }: SyntaxNodeRef, expression: string): UsedMetric {
  const textOf = ({ from, to }: SyntaxNode): string => expression.slice(from, to);
  const name = node.getChild('Identifier');
  if (name === null) throw new Error(`Expected the name of a metric in ${textOf(node)}`);
  const around = ancestorsOf(node).flatMap((ancestor) => ancestor.getChildren('AggregateModifier'));
  const labels = [node, ...around].flatMap((part) => labelsIn(part).map(textOf));
  return { name: textOf(name), labels: [...new Set(labels)] };
}

function ancestorsOf(node: SyntaxNode): SyntaxNode[] {
  return node.parent === null ? [] : [node.parent, ...ancestorsOf(node.parent)];
}

function labelsIn(node: SyntaxNode): SyntaxNode[] {
  const labels: SyntaxNode[] = [];
  node.cursor().iterate((inner) => {
    if (inner.name === 'LabelName') labels.push(inner.node);
  });
  return labels;
}
