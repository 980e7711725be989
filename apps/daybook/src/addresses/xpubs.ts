import { deriveAddress, InvalidXpub, parseXpub, purseXpubs, type Xpub } from '@daybook/chains';
import { type Derivation, FAMILIES, type Family } from '@daybook/domain';
import { type LedgerEnv, xpubsOf } from '../../../ledger/src/ledger.env';
import { EXIT, Failure } from '../cli/exit-codes';

/** What `--xpub` may say for the one that the ledger mints with. */
export const CONFIGURED = 'configured';

/** Those of `--xpub`, read for each of the families; without any, those that the ledger mints with. */
export function xpubsFor(
  env: LedgerEnv,
  given: readonly string[] = [CONFIGURED],
  families: readonly Family[] = FAMILIES,
): readonly Xpub[] {
  return given.flatMap((text) =>
    text === CONFIGURED
      ? [...configuredXpubs(env).values()]
      : families.map((family) => xpubOf(family, text)),
  );
}

/** What the ledger mints with, the development xpub where nothing is configured. */
export function configuredXpubs(env: LedgerEnv): ReadonlyMap<Family, Xpub> {
  return refusable(() => purseXpubs(xpubsOf(env), []));
}

/** Reads one. A private key given by mistake is refused, and never repeated. */
export function xpubOf(family: Family, text: string): Xpub {
  return refusable(() => parseXpub(family, text));
}

function refusable<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof InvalidXpub) throw new Failure(error.message, EXIT.usage);
    throw error;
  }
}

/** `derives` when the xpub gives this very address, `differs` when it gives another one. */
export type Verdict = 'derives' | 'differs' | 'other-xpub';

/** Whether an address comes from where it is said to come from. */
export function verify(
  xpubs: readonly Xpub[],
  { family, address }: { readonly family: Family; readonly address: string },
  { xpubFingerprint, index }: Derivation,
): Verdict {
  const xpub = xpubs.find((each) => each.family === family && each.fingerprint === xpubFingerprint);
  if (xpub === undefined) return 'other-xpub';
  return deriveAddress(xpub, index) === address ? 'derives' : 'differs';
}

/** Below the account key, whose fingerprint is shown beside it. */
export function pathOf(index: number): string {
  return `0/${index}`;
}
