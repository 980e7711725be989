import { deriveAddress, displayAddress, type Xpub } from '@daybook/chains';
import type { Family } from '@daybook/domain';
import { readEnvironment } from '@daybook/platform';
import { LedgerEnv } from '../../../ledger/src/ledger.env';
import { EXIT, Failure } from '../cli/exit-codes';
import { findInstallation } from '../cli/installation';
import type { PlaceOptions } from '../cli/operate';
import { remark, say, sayJson } from '../cli/output';
import { CONFIGURED, configuredXpubs, pathOf, xpubOf } from './xpubs';

/** BIP-32: from here on indexes are hardened, which a public key cannot derive. */
const INDEXES = 2 ** 31;

export interface DeriveOptions extends PlaceOptions {
  readonly family: Family;
  readonly xpub: string;
  readonly from: number;
  readonly count: number;
  readonly json: boolean;
}

/** Writes addresses of an xpub. With an xpub given it needs no installation of Daybook. */
export function derive({ data, family, xpub: given, from, count, json }: DeriveOptions): void {
  if (from + count > INDEXES) {
    throw new Failure(
      `Indexes end at ${INDEXES - 1}; --from plus --count goes beyond.`,
      EXIT.usage,
    );
  }
  const xpub = given === CONFIGURED ? configured(data, family) : xpubOf(family, given);
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
  if (xpub.isDevelopment) remark('This is the public development xpub: everybody knows its keys.');
  for (const { index, path, address } of addresses) {
    say(`${String(index).padStart(10)}  ${path.padEnd(12)}  ${address}`);
  }
}

function configured(data: string | undefined, family: Family): Xpub {
  const env = readEnvironment(LedgerEnv, findInstallation(data).environment);
  const xpub = configuredXpubs(env).get(family);
  if (xpub !== undefined) return xpub;
  throw new Failure(
    `No xpub is configured for the family ${family}. Give one with --xpub.`,
    EXIT.usage,
  );
}
