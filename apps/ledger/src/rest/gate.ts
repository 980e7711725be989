import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../edge/caller';
import type { OperationDeclaration } from '../edge/operation';
import type { Calls } from '../edge/prepare';
import { Problem } from '../edge/problem';
import type { Scope } from '../edge/scopes';
import type { RouteTable } from './route-table';

declare module 'fastify' {
  interface FastifyRequest {
    /** The sender of the request; null only on routes without a key. */
    caller: Caller | null;
    /** The operation of the route; null if there is none, as for a page. */
    operation: OperationDeclaration | null;
    /** See `Admission`. */
    stated: Readonly<Record<string, string>> | null;
    /** Whether a status above 500 is the client's doing. */
    isClientError: boolean;
  }
}

/** The only routes that need no key: probes send none. */
export const OPEN_ROUTES: ReadonlySet<string> = new Set(['/livez', '/readyz', '/startupz']);

/** Pages that a person opens in a browser, which asks for the key as a password. */
const FOR_PEOPLE = /^\/(docs(\/.*)?|openapi\.json|metrics)$/;

const DOCS = /^\/docs(\/|$)/;

/** The scopes of the documents and the metrics, which are not operations. The metrics are of all accounts. */
const DOCUMENTS: { readonly scope: Scope } = { scope: 'service:read' };
const METRICS: { readonly scope: Scope } = { scope: 'operations:read' };
/** An unknown route needs a valid key too, so that the routes cannot be probed without one. */
const NO_ROUTE = { scope: null };

const SECURITY_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** The documentation page has its own scripts and inline styles. */
const DOCS_POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";

/**
 * Checks key, quota, scope and route of every request before its body is read. It is a Fastify hook and
 * not a Nest guard, because guards run only for known routes and after the body was read.
 */
export function gate(calls: Calls, routes: RouteTable) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const route = request.is404 ? '' : (request.routeOptions.url ?? '');
    reply.headers(headersFor(request, route));
    requireHost(request);
    if (OPEN_ROUTES.has(route)) return;
    request.operation = routes.operationAt(request.method, route);
    // The router accepts an empty path segment as a variable.
    const isEmpty = request.operation && Object.values(request.params as object).includes('');
    const isNowhere = request.is404 || isEmpty;
    try {
      const page = route === '/metrics' ? METRICS : DOCUMENTS;
      const needed = isNowhere ? NO_ROUTE : (request.operation ?? page);
      await calls.admit(request, needed, FOR_PEOPLE.test(route));
    } finally {
      reply.headers(request.stated ?? {});
    }
    if (isNowhere) throw nothingThere(request, routes);
  };
}

/** The headers of every answer, also of those without a route. */
export function headersFor(request: FastifyRequest, route: string): Record<string, string> {
  const headers = { ...SECURITY_HEADERS, 'x-request-id': request.id };
  if (DOCS.test(route)) headers['content-security-policy'] = DOCS_POLICY;
  return headers;
}

/** RFC 9112, section 3.2. Node would refuse the request too, but with an empty answer. */
function requireHost({ headers, raw }: FastifyRequest): void {
  if (raw.httpVersion === '1.0' || headers.host !== undefined) return;
  throw new Problem('malformed-request', 'HTTP/1.1 needs a Host header.');
}

function nothingThere(request: FastifyRequest, routes: RouteTable): Problem {
  const [path = ''] = request.url.split('?', 1);
  const allowed = routes.methodsAt(path);
  if (allowed.length === 0) return new Problem('not-found', 'There is nothing at this path.');
  const allow = allowed.join(', ');
  return new Problem('method-not-allowed', `This path allows only ${allow}.`, {
    headers: { allow },
  });
}
