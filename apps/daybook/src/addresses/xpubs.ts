import { DEVELOPMENT_XPUB, deriveEvmAddress, type EvmXpub, parseEvmXpub } from '@daybook/chains';
import { EXIT, Failure } from '../cli/exit-codes';

/** What `--xpub` may say for the one that the ledger mints with. */
export const CONFIGURED = 'configured';

/** The extended public keys to derive from: those that were given, else the ledger's `own`. */
export function xpubsOf(
  own: string | undefined,
  given: readonly string[] = [],
): readonly EvmXpub[] {
  return (given.length === 0 ? [CONFIGURED] : given).map((text) => xpubOf(own, text));
}

/** One of them. A private key given by mistake is refused, and never repeated. */
export function xpubOf(own: string | undefined, given: string): EvmXpub {
  try {
    return parseEvmXpub(given === CONFIGURED ? (own ?? DEVELOPMENT_XPUB) : given);
  } catch (error) {
    throw new Failure((error as Error).message, EXIT.usage);
  }
}

/** Where an address comes from. */
export interface Derivation {
  readonly xpubFingerprint: string;
  readonly index: number;
}

/** `derives` when the xpub gives this very address, `differs` when it gives another one. */
export type Verdict = 'derives' | 'differs' | 'other-xpub';

/** Whether an address comes from where it is said to come from. */
export function verify(
  xpubs: readonly EvmXpub[],
  address: string,
  { xpubFingerprint, index }: Derivation,
): Verdict {
  const xpub = xpubs.find(({ fingerprint }) => fingerprint === xpubFingerprint);
  if (xpub === undefined) return 'other-xpub';
  return deriveEvmAddress(xpub, index) === address ? 'derives' : 'differs';
}

/** Below the account key `m/44'/60'/<account>'`, whose fingerprint is told beside it. */
export function pathOf(index: number): string {
  return `0/${index}`;
}
