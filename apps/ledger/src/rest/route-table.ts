import type { OperationDeclaration } from '../edge/operation';

/** The served routes. `Allow` headers come from it, and a test compares the API document with it. */
export class RouteTable {
  /** By path template. */
  readonly routes = new Map<string, { readonly pattern: RegExp; readonly methods: Set<string> }>();
  private readonly operations = new Map<string, OperationDeclaration>();

  constructor(operations: readonly OperationDeclaration[] = []) {
    for (const operation of operations) {
      if (operation.http !== undefined) this.operations.set(operation.http, operation);
    }
  }

  /** The operation of a route; null if there is none, as for a page. HEAD counts as GET. */
  operationAt(method: string, url: string): OperationDeclaration | null {
    return this.operations.get(`${method === 'HEAD' ? 'GET' : method} ${url}`) ?? null;
  }

  add(url: string, methods: string | readonly string[]): void {
    const route = this.routes.get(url) ?? { pattern: patternOf(url), methods: new Set<string>() };
    for (const method of [methods].flat()) route.methods.add(method);
    this.routes.set(url, route);
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
  const escaped = url.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll(/:[^/]+/g, '[^/]+').replaceAll('\\*', '.*')}$`);
}
