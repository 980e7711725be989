/** So many failures in a row are no accident of one request. */
const FAILURES_MAX = 5;
/** For so long nothing is asked after them; then one call is tried. */
export const OPEN_MS = 30_000;

/** Asking has failed too often lately. */
export class CircuitOpen extends Error {
  override readonly name = 'CircuitOpen';
}

/**
 * Lets calls through until several in a row have failed. Then it refuses them at once with `CircuitOpen` for a while, and
 * after that lets one through at a time, until one succeeds.
 */
export function circuit(now = () => performance.now()) {
  let failures = 0;
  let openUntil = 0;
  let isTrying = false;

  return async <T>(call: () => Promise<T>): Promise<T> => {
    const isBroken = failures >= FAILURES_MAX;
    if (isBroken && (isTrying || now() < openUntil)) {
      throw new CircuitOpen(`${failures} calls in a row have failed; the next is tried later.`);
    }
    isTrying = isBroken;
    try {
      const result = await call();
      failures = 0;
      return result;
    } catch (error) {
      failures += 1;
      openUntil = now() + OPEN_MS;
      throw error;
    } finally {
      isTrying = false;
    }
  };
}
