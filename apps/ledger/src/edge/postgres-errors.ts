import { types } from 'node:util';

/** Codes of sockets that mean the server cannot be reached. */
const UNREACHABLE =
  /^(ECONNREFUSED|ECONNRESET|ENOENT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EPIPE|ETIMEDOUT)$/;

/**
 * SQLSTATE classes (PostgreSQL, appendix A) that mean the server is up but accepts no work:
 * connection exceptions, insufficient resources, operator intervention.
 */
const UNAVAILABLE = /^(08|53|57P)/;

/** Messages of the driver that come without a code. */
const DRIVER_MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has)/;

/** `query_canceled`: the statement exceeded its time limit. */
const QUERY_CANCELED = '57014';

/** Whether PostgreSQL could not be reached, or the connection broke. */
export function isConnectionLost(error: unknown): boolean {
  return causes(error).some(({ code, message }) =>
    code === undefined
      ? DRIVER_MESSAGES.test(message)
      : UNREACHABLE.test(code) || UNAVAILABLE.test(code),
  );
}

/** Whether PostgreSQL cancelled a statement that took too long. */
export function isStatementTimeout(error: unknown): boolean {
  return causes(error).some(({ code }) => code === QUERY_CANCELED);
}

const CAUSES_MAX = 5;

/** The error and the errors it wraps: TypeORM uses `driverError`, others `cause`. */
function causes(error: unknown): { readonly code?: string; readonly message: string }[] {
  const found = [];
  let next = error;
  // Not `instanceof`: in tests, errors of sockets come from another realm.
  while (types.isNativeError(next) && found.length < CAUSES_MAX) {
    const { code, driverError, cause, message } = next as Error & Record<string, unknown>;
    found.push({ ...(typeof code === 'string' && { code }), message });
    next = driverError ?? cause;
  }
  return found;
}
