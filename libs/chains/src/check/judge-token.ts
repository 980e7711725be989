import type { Asset } from '@daybook/domain';
import type { Finding, TokenAnswer } from '../inspection';
import { KNOWN_ASSETS } from '../known-chains';
import { findingsOf } from './finding-of';

const asset = findingsOf('asset');

/** Whether a listed token is at its address, with the decimals and about the name of the chains file. */
export function judgeToken({ id, currency, decimals }: Asset, answer: TokenAnswer): Finding {
  switch (answer.kind) {
    case 'absent':
      return asset.wrong(
        `${currency}: there is no token at ${id}.`,
        "Correct the id: copy the contract from the issuer's own page, and check the chain.",
      );
    case 'unread':
      return asset.warning(
        `${currency}: what ${id} says of itself could not be read. ${answer.reason}`,
        `Compare its decimals (${decimals} here) with a block explorer.`,
      );
    case 'read':
      return judgeRead({ id, currency, decimals }, answer);
  }
}

function judgeRead(
  { id, currency, decimals }: Pick<Asset, 'id' | 'currency' | 'decimals'>,
  answer: Extract<TokenAnswer, { kind: 'read' }>,
): Finding {
  const named = answer.symbol === null ? 'no symbol' : `the symbol ${quoted(answer.symbol)}`;
  if (answer.decimals !== decimals) {
    return asset.wrong(
      `${currency}: ${id} has ${answer.decimals} decimals and ${named}, but ${decimals} decimals are configured: every amount would be wrong.`,
      `Set "decimals": ${answer.decimals}, before anything is credited. They cannot be changed later.`,
    );
  }
  const said = `${currency}: ${id} has ${decimals} decimals and ${named}.`;
  // The contracts of known assets were compared with their issuers' pages; some have other symbols on a chain.
  const isKnown = KNOWN_ASSETS.some((known) => known.id === id);
  if (isKnown || isSameName(currency, answer.symbol)) return asset.ok(said);
  return asset.warning(said, `Make sure that this token is meant by ${currency}.`);
}

const SAME_CHARACTERS_MIN = 2;

/** `USDT_ETH` is `USDT`, `USD₮` or `USDT.e` on a chain, whose symbols are free text. */
function isSameName(currency: string, symbol: string | null): boolean {
  const name = currency.split('_', 1)[0] ?? '';
  const shown = plain(symbol ?? '');
  return shown.length >= SAME_CHARACTERS_MIN && (shown.startsWith(name) || name.startsWith(shown));
}

function plain(symbol: string): string {
  return symbol
    .replaceAll('₮', 'T')
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '');
}

/** A token chooses its symbol itself: it may be long, or try to write to a terminal. */
const SYMBOL_CHARACTERS_MAX = 32;

function quoted(symbol: string): string {
  const printable = symbol.replace(/\p{C}/gu, '');
  return `"${printable.slice(0, SYMBOL_CHARACTERS_MAX)}"`;
}
