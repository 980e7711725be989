import { types } from 'node:util';

/** Codes of sockets that say the server is not there. */
const SOCKET_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPIPE',
  'ETIMEDOUT',
]);

/**
 * SQLSTATE classes (PostgreSQL, appendix A) that say the server is there but takes no work:
 * connection exceptions, insufficient resources, operator intervention.
 */
const UNAVAILABLE_CLASSES = ['08', '53', '57P'];

/** The driver says these without a code. */
const DRIVER_MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has)/;

/** `query_canceled`: the statement ran into its own time limit. */
const QUERY_CANCELED = '57014';

/** Whether PostgreSQL could not be reached, or went away while it worked. */
export function isConnectionLost(error: unknown): boolean {
  return causes(error).some(({ code, message }) =>
    code === undefined
      ? DRIVER_MESSAGES.test(message)
      : SOCKET_CODES.has(code) || UNAVAILABLE_CLASSES.some((prefix) => code.startsWith(prefix)),
  );
}

/** Whether PostgreSQL ended a statement that took too long. */
export function isStatementTimeout(error: unknown): boolean {
  return causes(error).some(({ code }) => code === QUERY_CANCELED);
}

const CAUSES_MAX = 5;

/** The error and what it wraps: TypeORM keeps the driver's error aside, others in `cause`. */
function causes(error: unknown): { readonly code?: string; readonly message: string }[] {
  const found = [];
  let next = error;
  // Not `instanceof`: sockets make their errors elsewhere than where tests run the code.
  while (types.isNativeError(next) && found.length < CAUSES_MAX) {
    const { code, driverError, cause, message } = next as Error & Record<string, unknown>;
    found.push({ ...(typeof code === 'string' && { code }), message });
    next = driverError ?? cause;
  }
  return found;
}
