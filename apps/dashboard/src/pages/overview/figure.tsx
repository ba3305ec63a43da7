import { type ReactNode } from 'react';
import { Link } from 'react-router';

interface FigureProps {
  readonly name: string;
  readonly value: string;
  /** Where more is told of it. */
  readonly to: string;
  /** What it is a sign of, unless it is 0. */
  readonly tone?: 'failed';
}

/** One number that says how things are. */
export function Figure({ name, value, to, tone }: FigureProps): ReactNode {
  return (
    <Link className="card figure" to={to} data-tone={value === '0' ? undefined : tone}>
      <span className="muted">{name}</span>
      <strong>{value}</strong>
    </Link>
  );
}
