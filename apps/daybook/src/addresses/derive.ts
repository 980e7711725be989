import {
  type AddressPath,
  deriveAddress,
  displayAddress,
  InvalidXpub,
  parseXpub,
  purseXpubs,
  type Xpub,
} from '@daybook/chains';
import { FAMILIES, type Family } from '@daybook/domain';
import { xpubsOf } from '../../../ledger/src/ledger.env';
import { EXIT, Failure } from '../cli/exit-codes';
import { operate } from '../cli/operate';
import type { Operation } from '../cli/operation';
import { remark } from '../cli/output';

/** The value of `--xpub` for the key that the ledger mints with. */
const CONFIGURED = 'configured';
/** BIP-32: higher indexes are hardened, and a public key cannot derive them. */
const INDEXES = 2 ** 31;

interface DeriveOptions {
  readonly data?: string | undefined;
  readonly family: Family;
  readonly xpub: string;
  readonly branch: number;
  readonly from: number;
  readonly count: number;
  readonly json?: boolean | undefined;
}

/** Prints addresses of an xpub. With an xpub given it needs no installation. */
export function derive({ family, xpub: given, branch, from, count, ...options }: DeriveOptions) {
  return operate(options, async (operation) => {
    if (from + count > INDEXES) {
      throw new Failure(`The last index is ${INDEXES - 1}. Lower --from or --count.`, EXIT.usage);
    }
    const [xpub] = xpubsFor(operation, [given], [family]);
    if (xpub === undefined) {
      const fault = `No xpub is configured for the family ${family}.`;
      throw new Failure(`${fault} Give one with --xpub.`, EXIT.usage);
    }
    const addresses = Array.from({ length: count }, (_, i) => {
      const place = { branch, index: from + i };
      const address = displayAddress(family, deriveAddress(xpub, place));
      return { ...place, path: pathOf(place), address };
    });
    if (xpub.isDevelopment && !options.json) {
      remark('This is the public development xpub. Its keys are known.');
    }
    const line = ({ index, path, address }: (typeof addresses)[number]) =>
      `${String(index).padStart(10)}  ${path.padEnd(21)}  ${address}`;
    const json = { xpubFingerprint: xpub.fingerprint, addresses };
    return { json, text: () => addresses.map(line).join('\n') };
  });
}

/**
 * The xpubs of `--xpub` for each of the families; by default those that the ledger mints with. A private
 * key given by mistake is refused and not repeated.
 */
export function xpubsFor(
  operation: Operation,
  given: readonly string[] = [CONFIGURED],
  families: readonly Family[] = FAMILIES,
): readonly Xpub[] {
  try {
    return given.flatMap((text) => {
      if (text !== CONFIGURED) return families.map((family) => parseXpub(family, text));
      const configured = [...purseXpubs(xpubsOf(operation.env), []).values()];
      return configured.filter(({ family }) => families.includes(family));
    });
  } catch (error) {
    if (error instanceof InvalidXpub) throw new Failure(error.message, EXIT.usage);
    throw error;
  }
}

/** The path below the account key. */
export function pathOf({ branch, index }: AddressPath): string {
  return `${branch}/${index}`;
}
