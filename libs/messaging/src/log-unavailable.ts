/** The log does not answer now. It may again: whoever waited for it tries again. */
export class LogUnavailable extends Error {
  override readonly name = 'LogUnavailable';
}
