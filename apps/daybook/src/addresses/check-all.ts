import { displayAddress, type Xpub } from '@daybook/chains';
import { EXIT } from '../cli/exit-codes';
import { operate } from '../cli/operate';
import { say, sayJson, table } from '../cli/output';
import { countingBar, grouped } from '../cli/progress';
import type { CheckOptions } from './check';
import { allPurses, type Mint, mintsOf, type PurseRow } from './purses';
import { verify, xpubsFor } from './xpubs';

/** Rows that are read, and streams that are asked for, at once. */
const PAGE_MAX = 1_000;
/** So many false rows are named; more are counted. */
const NAMED_MAX = 100;

interface Alarm {
  readonly purseId: string;
  readonly address: string;
  readonly reason: 'never-minted' | 'other-address' | 'does-not-derive';
}

/** Checks the address of every purse in the table against the log and the xpub. */
export function checkAll(options: CheckOptions): Promise<void> {
  return operate(options, async (operation) => {
    const xpubs = xpubsFor(operation.env(), options.xpub);
    const store = await operation.store();
    const [counted] = await operation.query<{ count: string }>('SELECT count(*) FROM ledger.purse');
    const total = Number(counted?.count ?? 0);
    const bar = countingBar('Checking', 'addresses');
    const alarms: Alarm[] = [];
    let [checked, otherXpub, wrong] = [0, 0, 0];
    try {
      for await (const rows of allPurses(operation, PAGE_MAX)) {
        operation.signal.throwIfAborted();
        const mints = await mintsOf(
          store,
          rows.map(({ id }) => id),
        );
        for (const row of rows) {
          const reason = judge(row, mints.get(row.id), xpubs);
          if (reason === 'other-xpub') otherXpub += 1;
          if (reason === null || reason === 'other-xpub') continue;
          wrong += 1;
          const address = displayAddress(row.family, row.address);
          if (alarms.length < NAMED_MAX) alarms.push({ purseId: row.id, address, reason });
        }
        checked += rows.length;
        bar.at(checked, Math.max(total, checked));
      }
    } finally {
      bar.end();
    }
    const isWell = wrong === 0 && otherXpub === 0;
    if (options.json) {
      sayJson({ checked, right: checked - wrong - otherXpub, wrong, otherXpub, alarms });
    } else {
      if (alarms.length > 0) {
        const rows = alarms.map(({ purseId, address, reason }) => [address, reason, purseId]);
        say(table(['address', 'what is wrong', 'purse'], rows));
      }
      const tail =
        otherXpub > 0 ? ` ${grouped(otherXpub)} are of another xpub: name it with --xpub.` : '';
      say(`${grouped(checked)} addresses checked, ${grouped(wrong)} wrong.${tail}`);
    }
    return isWell ? EXIT.ok : EXIT.failed;
  });
}

function judge(
  row: PurseRow,
  mint: Mint | undefined,
  xpubs: readonly Xpub[],
): Alarm['reason'] | 'other-xpub' | null {
  if (mint === undefined) return 'never-minted';
  if (mint.address !== row.address) return 'other-address';
  const verdict = verify(xpubs, row, mint.derivation);
  if (verdict === 'derives') return null;
  return verdict === 'differs' ? 'does-not-derive' : verdict;
}
