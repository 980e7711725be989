import {
  ADDRESS_FORMS,
  deriveAddress,
  displayAddress,
  readAddress,
  type Xpub,
} from '@daybook/chains';
import type { Family } from '@daybook/domain';
import colors from 'picocolors';
import { EXIT, type ExitCode, Failure } from '../cli/exit-codes';
import { type Operation, operate, type PlaceOptions } from '../cli/operate';
import { say, sayJson } from '../cli/output';
import { countingBar } from '../cli/progress';
import { mintsOf, type PurseRow, purseAt } from './purses';
import { pathOf, type Verdict, verify, xpubsFor } from './xpubs';

/** Indexes that are derived between two looks at whether somebody interrupts. */
const STRIDE = 1_000;

export interface CheckOptions extends PlaceOptions {
  readonly xpub?: readonly string[];
  readonly json: boolean;
}

/**
 * `ours`: a purse whose address derives from the xpub. `alarm`: a row says that it is a purse, and the
 * log or the xpub do not. `not-minted`: it derives, but no purse has it. `not-ours`: neither.
 */
type Finding = 'ours' | 'alarm' | 'other-xpub' | 'not-minted' | 'not-ours';

interface Checked {
  readonly address: string;
  readonly finding: Finding;
  readonly detail: string;
  readonly index: number | null;
  readonly path: string | null;
  readonly xpubFingerprint: string | null;
  readonly purse: {
    readonly id: string;
    readonly accountId: string;
    readonly customerId: string;
    readonly status: string;
    readonly mintedAt: string;
  } | null;
  /** CAIP-2; null when the watchers' database cannot be asked. */
  readonly watchedOn: readonly string[] | null;
}

/** Says whether an address is one of ours, judged by the log and the xpub, not by the table alone. */
export function check(text: string, options: CheckOptions): Promise<void> {
  return operate(options, async (operation) => {
    const place = readAddress(text);
    if (place === null) {
      throw new Failure(
        `${text} is no address, or its checksum is wrong. Copy it whole: ${ADDRESS_FORMS}.`,
        EXIT.usage,
      );
    }
    const xpubs = xpubsFor(operation.env(), options.xpub, [place.family]);
    const row = await purseAt(operation, place);
    const found = row
      ? await judgeRow(operation, xpubs, row)
      : await search(operation, xpubs, place);
    const checked = { ...found, watchedOn: await watchedOn(operation, place.address) };
    if (options.json) sayJson(checked);
    else say(page(checked));
    const isWell: ExitCode = checked.finding === 'ours' ? EXIT.ok : EXIT.failed;
    return isWell;
  });
}

const ALARMS: Readonly<Record<Exclude<Verdict, 'derives'>, readonly [Finding, string]>> = {
  differs: ['alarm', 'The xpub gives another address at this index: the row or the log is false.'],
  'other-xpub': [
    'other-xpub',
    'It was minted under another xpub; name that one with --xpub to check it.',
  ],
};

async function judgeRow(
  { store }: Operation,
  xpubs: readonly Xpub[],
  row: PurseRow,
): Promise<Omit<Checked, 'watchedOn'>> {
  const mint = (await mintsOf(await store(), [row.id])).get(row.id);
  const purse = {
    ...{ id: row.id, accountId: row.account_id, customerId: row.customer_id, status: row.status },
    mintedAt: row.minted_at.toISOString(),
  };
  const address = displayAddress(row.family, row.address);
  if (mint === undefined) {
    const detail = 'The table has a purse that was never minted: the row is false.';
    return { ...none(address), finding: 'alarm', detail, purse };
  }
  const { index, xpubFingerprint } = mint.derivation;
  const place = { address, index, path: pathOf(index), xpubFingerprint, purse };
  if (mint.address !== row.address) {
    const detail = `The purse was minted with ${mint.address}: the row is false.`;
    return { ...place, finding: 'alarm', detail };
  }
  const verdict = verify(xpubs, row, mint.derivation);
  if (verdict === 'derives') {
    return { ...place, finding: 'ours', detail: 'It derives from the xpub.' };
  }
  const [finding, detail] = ALARMS[verdict];
  return { ...place, finding, detail };
}

/** Looks through every index that was ever taken: an address of ours that no purse has. */
async function search(
  { query, signal }: Operation,
  xpubs: readonly Xpub[],
  { family, address }: { readonly family: Family; readonly address: string },
): Promise<Omit<Checked, 'watchedOn'>> {
  const candidates = xpubs.filter((xpub) => xpub.family === family);
  const shown = displayAddress(family, address);
  const [sequence] = await query<{ last: string; called: boolean }>(
    'SELECT last_value AS last, is_called AS called FROM ledger.address_index',
  );
  const end = sequence?.called ? Number(sequence.last) + 1 : 0;
  const bar = countingBar('Deriving', 'addresses');
  try {
    for (let index = 0; index < end; index++) {
      if (index % STRIDE === 0) {
        bar.at(index, end);
        await new Promise(setImmediate);
        signal.throwIfAborted();
      }
      const xpub = candidates.find((each) => deriveAddress(each, index) === address);
      if (xpub === undefined) continue;
      const { fingerprint: xpubFingerprint } = xpub;
      return {
        ...none(shown),
        ...{ finding: 'not-minted', index, path: pathOf(index), xpubFingerprint },
        detail:
          'It derives from the xpub, but no purse has it: nothing that it receives is credited.',
      };
    }
  } finally {
    bar.end();
  }
  const detail = `No purse has it, and none of the ${end} indexes that were taken gives it.`;
  return { ...none(shown), finding: 'not-ours', detail };
}

function none(address: string) {
  return { address, index: null, path: null, xpubFingerprint: null, purse: null } as const;
}

async function watchedOn({ query }: Operation, address: string): Promise<readonly string[] | null> {
  const sql = 'SELECT chain FROM watcher.address WHERE address = $1 ORDER BY chain';
  return query<{ chain: string }>(sql, [address], 'watcher').then(
    (rows) => rows.map(({ chain }) => chain),
    // A ledger's operator need not reach the watchers' database.
    () => null,
  );
}

function page({ address, finding, detail, index, path, purse, ...rest }: Checked): string {
  const isWell = finding === 'ours';
  const row = (name: string, value: string | null | undefined): string[] =>
    value == null ? [] : [`  ${name.padEnd(12)} ${value}`];
  return [
    `${colors.bold(address)}  ${isWell ? colors.green('ours') : colors.red(finding)}`,
    `  ${detail}`,
    ...row('index', index === null ? null : `${index}, path ${path} below ${rest.xpubFingerprint}`),
    ...row('purse', purse && `${purse.id}, ${purse.status}, minted ${purse.mintedAt}`),
    ...row('customer', purse?.customerId),
    ...row('account', purse?.accountId),
    ...row('watched on', rest.watchedOn && (rest.watchedOn.join(', ') || 'no chain')),
  ].join('\n');
}
