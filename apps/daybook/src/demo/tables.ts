import Table from 'cli-table3';
import colors from 'picocolors';
import type { LedgerApi, Money } from './ledger-api';

interface Balance {
  readonly claim: Money;
  readonly accountClaim: Money;
  readonly custody: Money;
}

interface Throughput {
  readonly received: Money;
  readonly reversed: Money;
  readonly receipts: string;
}

/** What the customer has, as the ledger answers it now. */
export async function balanceTable(api: LedgerApi, customerId: string): Promise<string> {
  const { data } = await api.get<{ data: Balance[] }>(`/v1/customers/${customerId}/balances`);
  return render(
    ['balance', "the customer's", "the account's", 'on the purse'],
    data.map(({ claim, accountClaim, custody }) => [claim, accountClaim, custody]),
  );
}

/** What the customer has ever received. */
export async function throughputTable(api: LedgerApi, customerId: string): Promise<string> {
  const { data } = await api.get<{ data: Throughput[] }>(`/v1/customers/${customerId}/throughput`);
  return render(
    ['throughput', 'ever received', 'taken back', 'receipts'],
    data.map(({ received, reversed, receipts }) => [received, reversed, receipts]),
  );
}

function render(
  head: string[],
  rows: readonly (readonly [Money, ...(Money | string)[]])[],
): string {
  const colored = colors.isColorSupported;
  const table = new Table({
    head,
    // No lines between rows: a table of three assets is small.
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
    style: { head: colored ? ['bold'] : [], border: colored ? ['gray'] : [] },
    colAligns: ['left', 'right', 'right', 'right'],
  });
  for (const row of rows) {
    table.push([
      row[0].currency,
      ...row.map((cell) => (typeof cell === 'string' ? cell : cell.amount)),
    ]);
  }
  return table.toString().replace(/^/gm, '  ');
}
