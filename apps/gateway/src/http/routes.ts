interface Route {
  readonly segments: readonly string[];
  readonly methods: readonly string[];
}

/** The routes that the server has, to tell "no such path" from "not with this method". */
export class Routes {
  readonly #routes: Route[] = [];

  /** Adds a route by its path in the router's own syntax: `/v1/jobs/:id`, `/v1/files/*`. */
  add(path: string, methods: readonly string[]): void {
    this.#routes.push({ segments: path.split('/'), methods });
  }

  /** Every route, as `GET /v1/jobs/:id`, sorted by path. */
  list(): string[] {
    return this.#routes
      .flatMap(({ segments, methods }) => methods.map((method) => ({ method, path: segments.join('/') })))
      .sort((one, other) => one.path.localeCompare(other.path) || one.method.localeCompare(other.method))
      .map(({ method, path }) => `${method} ${path}`);
  }

  /** The methods that a path takes, sorted; none when there is no such path. */
  methodsOf(path: string): string[] {
    const asked = path.split('/');
    const methods = this.#routes.filter(({ segments }) => fits(segments, asked)).flatMap((route) => route.methods);
    return [...new Set(methods)].sort();
  }
}

function fits(segments: readonly string[], asked: readonly string[]): boolean {
  if (segments.at(-1) === '*' ? asked.length < segments.length : asked.length !== segments.length) return false;
  return segments.every(
    (segment, index) => segment === '*' || (segment.startsWith(':') ? asked[index] !== '' : segment === asked[index]),
  );
}
