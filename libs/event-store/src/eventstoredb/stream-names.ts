/** In front of our streams by default, so that those of other services on the same server are not ours. */
export const DEFAULT_PREFIX = 'daybook.';

/** A prefix without a dash, after which the server's own projections divide, and without its `$`. */
export const STREAM_PREFIX = /^[A-Za-z0-9._]{1,32}$/;

export type StreamNames = ReturnType<typeof streamNames>;

/** The names of our streams at the server: a prefix, which nobody else sees, and the name. */
export function streamNames(prefix: string) {
  return {
    prefix,
    atServer: (stream: string): string => prefix + stream,
    /** The name of a stream of ours. */
    ours: (atServer: string): string => atServer.slice(prefix.length),
    /** What the names of streams of these kinds begin with. */
    beginnings: (kinds: readonly string[]): string[] => kinds.map((kind) => `${prefix}${kind}-`),
  };
}
