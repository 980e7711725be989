import type { OperationDeclaration } from '../edge/declaration';

/** The served routes. `Allow` headers come from it, and a test compares the API document with it. */
export class RouteTable {
  private readonly routes = new Map<string, { readonly pattern: RegExp; methods: Set<string> }>();

  private readonly operations = new Map<string, OperationDeclaration>();

  constructor(operations: readonly OperationDeclaration[] = []) {
    for (const operation of operations) {
      if (operation.http !== undefined) this.operations.set(operation.http, operation);
    }
  }

  /** The operation of a route; undefined if the route is not one, such as a page. HEAD counts as GET. */
  operationAt(method: string, url: string): OperationDeclaration | undefined {
    return this.operations.get(`${method === 'HEAD' ? 'GET' : method} ${url}`);
  }

  add(url: string, methods: string | readonly string[]): void {
    const route = this.routes.get(url) ?? { pattern: patternOf(url), methods: new Set<string>() };
    for (const method of [methods].flat()) route.methods.add(method);
    this.routes.set(url, route);
  }

  /** Each path template with its methods, in alphabetical order. */
  all(): readonly { readonly url: string; readonly methods: readonly string[] }[] {
    return [...this.routes]
      .map(([url, { methods }]) => ({ url, methods: [...methods].sort(byName) }))
      .sort((a, b) => byName(a.url, b.url));
  }

  /** The methods of a path; empty if nothing is served there. */
  methodsAt(path: string): readonly string[] {
    const found = [...this.routes.values()].filter(({ pattern }) => pattern.test(path));
    return [...new Set(found.flatMap(({ methods }) => [...methods]))].sort(byName);
  }
}

const byName = (a: string, b: string) => (a < b ? -1 : 1);

/** `/v1/customers/:id/purses` matches one segment at `:id`, `/docs/*` anything at the star. */
function patternOf(url: string): RegExp {
  const source = url
    .split('/')
    .map((segment) =>
      segment.startsWith(':')
        ? '[^/]+'
        : segment === '*'
          ? '.*'
          : segment.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'),
    )
    .join('/');
  return new RegExp(`^${source}$`);
}
