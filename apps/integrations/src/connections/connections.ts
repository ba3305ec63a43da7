import { DEPENDENCY_TERMS, type DependencyTerms } from '#libs/egress';
import { PermanentError } from '#libs/consumer';
import { type Connection } from './connection.js';

/** A connection, and whose jobs may use it; null: everybody's. */
export interface NamedConnection extends Connection {
  readonly tenants: readonly string[] | null;
}

/** The connections of the operator, by their names. */
export class Connections {
  readonly #byName: ReadonlyMap<string, NamedConnection>;

  /** @param hosts what hosts bear, by `host:port`, `host` or `*` */
  constructor(
    connections: readonly NamedConnection[],
    private readonly hosts: ReadonlyMap<string, DependencyTerms> = new Map<string, DependencyTerms>(),
  ) {
    this.#byName = new Map(connections.map((connection) => [connection.name, connection]));
  }

  /** What a dependency may be asked to bear. @param name that of a connection, or a host with its port */
  termsOf(name: string): DependencyTerms {
    const host = name.slice(0, name.lastIndexOf(':'));
    const ofHost = this.hosts.get(name) ?? this.hosts.get(host) ?? this.hosts.get('*');
    return this.#byName.get(name)?.terms ?? ofHost ?? DEPENDENCY_TERMS;
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
