import { type ReactNode, useState } from 'react';
import { Button } from '../ui/button';
import { type OuterFieldProps } from './field-props';
import { valueOfList } from './schema';

/** A list: a field for each item. What stands alone where a list may stand is its one item. */
export function ListField({ name, path, schema, root, value, onChange, errors, Inner }: OuterFieldProps): ReactNode {
  const items = itemsOf(value);
  const isAlone = value !== undefined && !Array.isArray(value);
  // A field may keep a text of its own: it belongs to its item, wherever that moves when another is removed.
  const [keys, setKeys] = useState<readonly number[]>(() => [...items.keys()]);
  const change = (next: readonly unknown[], nextKeys: readonly number[] = keys): void => {
    setKeys(nextKeys);
    onChange(valueOfList(next, schema));
  };
  return (
    <fieldset>
      <legend>{name}</legend>
      {schema.description !== undefined && <p className="muted">{schema.description}</p>}
      {items.map((item, index) => (
        <div key={keys[index]} className="list-item">
          <Inner
            name={`${name} ${index + 1}`}
            path={isAlone ? path : `${path}.${index}`}
            schema={schema.items ?? {}}
            root={root}
            isRequired
            value={item}
            onChange={(changed) => change(items.with(index, changed))}
            errors={errors}
          />
          <Button
            kind="quiet"
            aria-label={`Remove ${name} ${index + 1}`}
            onClick={() => change(items.toSpliced(index, 1), keys.toSpliced(index, 1))}
          >
            Remove
          </Button>
        </div>
      ))}
      {!isAlone && errors.has(path) && <p className="field-error">{errors.get(path)}</p>}
      <Button onClick={() => change([...items, undefined], [...keys, (keys.at(-1) ?? 0) + 1])}>Add to {name}</Button>
    </fieldset>
  );
}

function itemsOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined ? [] : [value];
}
