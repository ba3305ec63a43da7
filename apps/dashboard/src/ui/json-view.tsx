import { type ReactNode, useState } from 'react';
import { Button } from './button';
import { CopyButton } from './copy-button';

/** Deeper than this a value is shut at first. */
const OPEN_DEPTH = 2;
const SHOWN_AT_FIRST = 100;

/** A value of JSON, to be opened and shut. Whatever a string says, it is text. */
export function JsonView({ value, what }: { readonly value: unknown; readonly what: string }): ReactNode {
  return (
    <div className="json">
      <div className="json-copy">
        <CopyButton text={JSON.stringify(value, null, 2)} what={what} />
      </div>
      <JsonValue value={value} depth={0} />
    </div>
  );
}

interface JsonValueProps {
  readonly value: unknown;
  readonly depth: number;
  readonly name?: string;
}

function JsonValue({ value, depth, name }: JsonValueProps): ReactNode {
  const label = name === undefined ? null : <span className="json-key">{name}: </span>;
  if (typeof value !== 'object' || value === null) {
    return (
      <div className="json-line">
        {label}
        <span className={`json-${value === null ? 'null' : typeof value}`}>{JSON.stringify(value)}</span>
      </div>
    );
  }
  const entries = Object.entries(value);
  const size = Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`;
  return (
    <details open={depth < OPEN_DEPTH}>
      <summary>
        {label}
        <span className="muted">{size}</span>
      </summary>
      <JsonEntries entries={entries} depth={depth + 1} />
    </details>
  );
}

interface JsonEntriesProps {
  readonly entries: readonly (readonly [string, unknown])[];
  readonly depth: number;
}

/** A thousand rows at once would hold the page up. */
function JsonEntries({ entries, depth }: JsonEntriesProps): ReactNode {
  const [shown, setShown] = useState(SHOWN_AT_FIRST);
  const left = entries.length - shown;
  return (
    <div className="json-children">
      {entries.slice(0, shown).map(([name, value]) => (
        <JsonValue key={name} name={name} value={value} depth={depth} />
      ))}
      {left > 0 && (
        <Button kind="quiet" onClick={() => setShown(shown + 10 * SHOWN_AT_FIRST)}>
          {left} more
        </Button>
      )}
    </div>
  );
}
