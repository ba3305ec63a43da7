import { type ReactNode } from 'react';

/** What is wrong with a request, field by field. */
export function FieldErrors({ errors }: { readonly errors: ReadonlyMap<string, string> }): ReactNode {
  if (errors.size === 0) return null;
  return (
    <div role="alert" className="problem">
      <ul>
        {[...errors].map(([path, message]) => (
          <li key={path}>
            <code>{path}</code> {message}
          </li>
        ))}
      </ul>
    </div>
  );
}
