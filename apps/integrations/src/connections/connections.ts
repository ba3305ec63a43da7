import { PermanentError } from '#libs/consumer';
import { type Connection } from './connection.js';

/** A connection, and whose jobs may use it; null: everybody's. */
export interface NamedConnection extends Connection {
  readonly tenants: readonly string[] | null;
}

/** The connections of the operator, by their names. */
export class Connections {
  readonly #byName: ReadonlyMap<string, NamedConnection>;

  constructor(connections: readonly NamedConnection[]) {
    this.#byName = new Map(connections.map((connection) => [connection.name, connection]));
  }

  /** @throws PermanentError `unknown_connection`, also for one that is not for this tenant */
  get(name: string, tenant: string): Connection {
    const connection = this.#byName.get(name);
    const visible = connection?.tenants?.includes(tenant) ?? true;
    if (connection !== undefined && visible) return connection;
    throw new PermanentError('unknown_connection', `There is no connection ${JSON.stringify(name)}.`);
  }

  /** The names of all headers that connections set, in lower case. */
  get headerNames(): readonly string[] {
    const names = [...this.#byName.values()].flatMap(({ headers, authentication }) => [
      ...Object.keys(headers),
      ...(authentication.type === 'fixed' ? Object.keys(authentication.headers) : []),
    ]);
    return [...new Set(names)].sort();
  }
}
