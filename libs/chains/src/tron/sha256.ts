import { hash } from 'node:crypto';

/** The hash of the parts one after the other. In one call, which takes half as long as a `Hash` object. */
export function sha256(...parts: readonly Uint8Array[]): Buffer {
  const [first, ...rest] = parts;
  const bytes = rest.length === 0 && first !== undefined ? first : Buffer.concat(parts);
  return hash('sha256', bytes, 'buffer');
}
