import { hash } from 'node:crypto';

/** The hash in hexadecimal digits, which takes a third of the time of a `Hash` object. */
export function sha256Digits(bytes: Uint8Array): string {
  return hash('sha256', bytes);
}

/** The hash of the parts one after the other. */
export function sha256(...parts: readonly Uint8Array[]): Buffer {
  return Buffer.from(sha256Digits(Buffer.concat(parts)), 'hex');
}
