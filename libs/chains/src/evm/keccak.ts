import { createKeccak } from 'hash-wasm';
import { InvalidBlock } from '../invalid-block';

/**
 * Keccak-256 of bytes. Input and hash are hexadecimal digits without `0x`. Throws `InvalidBlock` if the
 * input is not whole bytes in digits.
 */
export type Keccak = (digits: string) => string;

/** Most input is shorter; longer input gets its own buffer. */
const SCRATCH_BYTES = 64 * 1024;

let loaded: Promise<Keccak> | undefined;

/** In WebAssembly: 1 us for a topic, 3 us for a receipt. The JavaScript of ethers takes 10 and 60. */
export function loadKeccak(): Promise<Keccak> {
  loaded ??= createKeccak(256).then((hasher) => {
    const scratch = Buffer.alloc(SCRATCH_BYTES);
    return (digits) => {
      const length = digits.length / 2;
      const bytes = length <= SCRATCH_BYTES ? scratch : Buffer.alloc(length);
      const written = bytes.write(digits, 'hex');
      // The rest is not digits. Without this check, two different answers could have the same hash. Node reads only the
      // low byte of a character, so that U+0131 counts as the digit 1: all must be ASCII.
      if (written !== length || Buffer.byteLength(digits) !== digits.length) {
        throw new InvalidBlock("The node's answer has bytes that are not hexadecimal digits.");
      }
      hasher.init();
      hasher.update(bytes.subarray(0, written));
      // Its own way to write digits takes as long as the hash of a short input.
      return Buffer.from(hasher.digest('binary').buffer).toString('hex');
    };
  });
  return loaded;
}
