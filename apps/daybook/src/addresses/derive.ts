import {
  deriveAddress,
  displayAddress,
  InvalidXpub,
  parseXpub,
  purseXpubs,
  type Xpub,
} from '@daybook/chains';
import { FAMILIES, type Family } from '@daybook/domain';
import { readEnvironment } from '@daybook/platform';
import { LedgerEnv, xpubsOf } from '../../../ledger/src/ledger.env';
import { EXIT, Failure } from '../cli/exit-codes';
import { findInstallation } from '../cli/installation';
import { remark, say, sayJson } from '../cli/output';

/** The value of `--xpub` for the key that the ledger mints with. */
const CONFIGURED = 'configured';
/** BIP-32: higher indexes are hardened, and a public key cannot derive them. */
const INDEXES = 2 ** 31;

interface DeriveOptions {
  readonly data?: string | undefined;
  readonly family: Family;
  readonly xpub: string;
  readonly from: number;
  readonly count: number;
  readonly json: boolean;
}

/** Prints addresses of an xpub. With an xpub given it needs no installation. */
export function derive({ data, family, xpub: given, from, count, json }: DeriveOptions): void {
  if (from + count > INDEXES) {
    throw new Failure(`The last index is ${INDEXES - 1}. Lower --from or --count.`, EXIT.usage);
  }
  const env = () => readEnvironment(LedgerEnv, findInstallation(data).environment);
  const [xpub] = xpubsFor(env, [given], [family]);
  if (xpub === undefined) {
    const right = 'Give one with --xpub.';
    throw new Failure(`No xpub is configured for the family ${family}. ${right}`, EXIT.usage);
  }
  const { fingerprint: xpubFingerprint } = xpub;
  const addresses = Array.from({ length: count }, (_, i) => {
    const index = from + i;
    const address = displayAddress(family, deriveAddress(xpub, index));
    return { index, path: pathOf(index), address };
  });
  if (json) {
    sayJson({ xpubFingerprint, addresses });
    return;
  }
  if (xpub.isDevelopment) remark('This is the public development xpub. Its keys are known.');
  for (const { index, path, address } of addresses) {
    say(`${String(index).padStart(10)}  ${path.padEnd(12)}  ${address}`);
  }
}

/**
 * The xpubs of `--xpub` for each of the families; by default those that the ledger mints with. A private
 * key given by mistake is refused and not repeated.
 */
export function xpubsFor(
  env: () => LedgerEnv,
  given: readonly string[] = [CONFIGURED],
  families: readonly Family[] = FAMILIES,
): readonly Xpub[] {
  try {
    return given.flatMap((text) => {
      if (text !== CONFIGURED) return families.map((family) => parseXpub(family, text));
      const configured = [...purseXpubs(xpubsOf(env()), []).values()];
      return configured.filter(({ family }) => families.includes(family));
    });
  } catch (error) {
    if (error instanceof InvalidXpub) throw new Failure(error.message, EXIT.usage);
    throw error;
  }
}

/** The path below the account key. */
export function pathOf(index: number): string {
  return `0/${index}`;
}
