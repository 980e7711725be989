import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../edge/caller';
import type { Calls } from '../edge/prepare';
import { Problem } from '../edge/problem';
import type { Scope } from '../edge/scopes';
import type { RouteTable } from './route-table';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who sent the request; null only where no key is asked for. */
    caller: Caller | null;
    /** The headers that say what is left of the key's quota; null before it was counted. */
    quota: Readonly<Record<string, string>> | null;
  }
}

/** The only routes that answer without a key: probes carry none. */
export const OPEN_ROUTES: ReadonlySet<string> = new Set(['/livez', '/readyz', '/startupz']);

/** Pages and documents that a person opens in a browser, where the key can be typed in. */
const FOR_PEOPLE = /^\/(docs(\/.*)?|openapi\.json|metrics)$/;

const DOCS = /^\/docs(\/|$)/;

/** What the documents and the metrics, which are no operations, need. */
const DOCUMENTS: { readonly scope: Scope } = { scope: 'service:read' };
/** Nobody learns without a key which routes there are. */
const NO_ROUTE = { scope: null };

const SECURITY_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** The documentation page brings its own scripts, and styles within the page. */
const DOCS_POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";

/**
 * What every request passes before anything of it is read: who sent it, whether they may, whether
 * there is such a route. It is a hook of the server and not a guard, for guards run for known
 * routes only, and after the body has been read.
 */
export function gate(calls: Calls, routes: RouteTable) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const route = request.is404 ? '' : (request.routeOptions.url ?? '');
    reply.headers(headersFor(request, route));
    requireHost(request);
    if (OPEN_ROUTES.has(route)) return;
    const operation = routes.operationAt(request.method, route);
    // The router takes an empty part of a path for a variable.
    const isEmpty = operation !== undefined && Object.values(request.params as object).includes('');
    const isNowhere = request.is404 || isEmpty;
    try {
      const needed = isNowhere ? NO_ROUTE : (operation ?? DOCUMENTS);
      await calls.admit(request, needed, FOR_PEOPLE.test(route));
    } finally {
      reply.headers(request.quota ?? {});
    }
    if (isNowhere) throw nothingThere(request, routes);
  };
}

/** Headers of every answer, also of those that are given before or without a route. */
export function headersFor(request: FastifyRequest, route: string): Record<string, string> {
  const headers = { ...SECURITY_HEADERS, 'x-request-id': request.id };
  if (DOCS.test(route)) headers['content-security-policy'] = DOCS_POLICY;
  return headers;
}

/** RFC 9112, section 3.2. Node would refuse it too, but with an empty answer. */
function requireHost({ headers, raw }: FastifyRequest): void {
  if (raw.httpVersion === '1.0' || headers.host !== undefined) return;
  throw new Problem('malformed-request', 'HTTP/1.1 needs a Host header.');
}

function nothingThere(request: FastifyRequest, routes: RouteTable): Problem {
  const [path = ''] = request.url.split('?', 1);
  const allowed = routes.methodsAt(path);
  if (allowed.length === 0) return new Problem('not-found', 'There is nothing at this path.');
  const allow = allowed.join(', ');
  return new Problem('method-not-allowed', `This path has ${allow}.`, { headers: { allow } });
}
