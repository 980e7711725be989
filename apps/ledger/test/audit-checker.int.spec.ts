import type { Invariant, Violation } from '@daybook/domain';
import { until } from '../../../test/dependencies';
import { type InvariantChecker, startInvariantChecker } from '../src/books/invariant-checker';
import { type AuditLedger, tellHistory } from './audit-history';
import { toldAuditLedger } from './audit-told';

/** Changes that break a rule: the table, what is set, and in which row; any will do without it. */
type Way = readonly [table: string, set: string, where?: string];

/** How each rule is broken in the tables. A rule without a way here does not compile. */
const WAYS: Readonly<Record<Invariant, readonly Way[]>> = {
  'posting-is-positive': [['journal_line', 'amount = 0']],
  'posting-moves': [['journal_line', 'credit_kind = debit_kind', `debit_kind = 'custody/purse'`]],
  'posting-is-of-its-kind': [
    ['journal_line', `kind = 'release'`],
    ['journal_line', `kind = 'reversal'`, `kind = 'receipt'`],
    ['journal_line', `kind = 'unheard-of'`],
    ['journal_line', `credit_kind = 'custody/charge'`, `kind = 'receipt'`],
  ],
  'clearing-is-empty': [['journal_line', `credit_kind = 'clearing'`, `kind = 'receipt'`]],
  'custody-equals-claims': [
    ['figures', 'custody = custody + 1'],
    ['journal_line', 'suspense_after = suspense_after + 1'],
  ],
  'reversed-at-most-received': [['figures', 'reversed = received + 1']],
  'figures-are-not-negative': [
    ['figures', 'claim_customer = -1', 'claim_customer >= 0'],
    ['journal_line', 'claim_account_after = -1', `kind = 'receipt'`],
  ],
  'journal-sums-to-figures': [
    ['figures', 'received = received + 1'],
    ['journal_line', 'amount = amount + 1'],
    ['journal_line', 'receipts_after = receipts_after - 1'],
    ['figures', 'received = reversed', 'custody > 0'],
    ['journal_line', 'custody_after = received_after + 1'],
    ['figures', 'custody = custody + 1, other = other + 1'],
  ],
  'throughput-never-decreases': [['journal_line', 'received_after = 0', 'receipts_after > 1']],
  'one-net-credit': [
    ['replenishment', `status = 'detected'`, `status = 'confirmed'`],
    ['replenishment', `status = 'confirmed'`, `status = 'detected'`],
    ['replenishment', 'amount = amount + 1', `status = 'confirmed'`],
  ],
  'one-purse-an-address': [['purse', 'held_address = address']],
  'rows-follow-the-log': [['purse', 'customer_id = account_id']],
  // A line of the journal has one amount for both sides, so no change of a row makes them differ.
  'debits-equal-credits': [],
  // Of whole book accounts, which are sums of owners' figures: `figures-are-not-negative` finds those.
  'balance-has-its-sign': [],
};

const BROKEN = (Object.entries(WAYS) as [Invariant, readonly Way[]][]).flatMap(
  ([invariant, ways]) =>
    ways.map(([table, set, where = 'true']) => [invariant, table, set, where] as const),
);

let ledger: AuditLedger;
let checker: InvariantChecker;
let told: Violation[];

beforeAll(async () => {
  ledger = await toldAuditLedger(300);
  // An administrator who changes rows of a table by hand may have removed its own checks.
  await ledger.sql('ALTER TABLE ledger.journal_line DROP CONSTRAINT journal_line_amount_check');
  checker = startInvariantChecker(ledger.dataSource, {
    everyMs: 5,
    store: ledger.store,
    onViolation: (violation) => told.push(violation),
    onError: (error) => {
      throw error;
    },
  });
  await sweptAgain();
});

beforeEach(() => {
  told = [];
});

afterAll(async () => {
  await checker.stop();
  await ledger.close();
});

/** Waits until everything was looked at that is there now. */
async function sweptAgain(): Promise<void> {
  const before = checker.sweeps();
  await until(() => checker.sweeps() >= before + 2, { description: 'Two sweeps' });
}

describe('the running checker', () => {
  it('finds nothing in books that are right, and keeps up with them', async () => {
    await tellHistory(ledger.store, 22, 100);
    await ledger.project();
    const head = await ledger.store.head();
    await until(() => checker.checkedPosition() === head);
    await sweptAgain();
    expect(told).toEqual([]);
  });

  it.each(BROKEN)(
    'names %s and the row of %s after SET %s',
    async (invariant, table, set, where) => {
      const before = checker.found().get(invariant) ?? 0;
      const [{ ctid } = { ctid: '' }] = await ledger.sql<{ ctid: string }>(
        `SELECT ctid::text FROM ledger.${table} WHERE ${where} LIMIT 1`,
      );
      await ledger.sql(`CREATE TABLE kept AS SELECT * FROM ledger.${table} WHERE ctid = '${ctid}'`);
      const [row] = await ledger.sql<{ name: string; ctid: string }>(
        `UPDATE ledger.${table} SET ${set} WHERE ctid = '${ctid}'
         RETURNING ctid::text, ${nameIn(table, invariant)} AS name`,
      );
      expect(row?.name).toBeTruthy();
      const name = row?.name ?? '';
      const isOfRow = (violation: Violation) =>
        violation.invariant === invariant && violation.subject.includes(name);
      await until(() => told.some(isOfRow), { description: `A violation of ${name}` });
      expect(checker.found().get(invariant)).toBeGreaterThan(before);
      await ledger.sql(`
        DELETE FROM ledger.${table} WHERE ctid = '${row?.ctid}';
        INSERT INTO ledger.${table} SELECT * FROM kept;
        DROP TABLE kept`);
      // Also what the row broke besides, such as the sums of its lines.
      await until(() => checker.violated().length === 0, { description: 'The end of it' });
    },
  );

  it('reports a violation once, and clears it when the row is corrected', async () => {
    await ledger.sql('UPDATE ledger.figures SET received = received + 1');
    await sweptAgain();
    const count = told.length;
    expect(count).toBeGreaterThan(0);
    await sweptAgain();
    expect(told.length).toBe(count);
    await ledger.sql('UPDATE ledger.figures SET received = received - 1');
    await sweptAgain();
    expect(checker.violated()).toEqual([]);
  });

  it('finds a line that is gone', async () => {
    await ledger.sql(
      'DELETE FROM ledger.journal_line WHERE position = (SELECT max(position) FROM ledger.journal_line)',
    );
    const isOfLine = ({ invariant }: Violation) =>
      /journal-sums-to-figures|one-net-credit/.test(invariant);
    await until(() => told.some(isOfLine), { description: 'The violation' });
  });
});

/** What a violation names the row by: a posting by its books, so by the purse among them. */
function nameIn(table: string, invariant: Invariant): string {
  if (table === 'figures') return `owner_id || ', ' || asset`;
  if (table === 'replenishment' || table === 'purse') return 'id';
  return invariant.startsWith('posting-') ? 'purse_id' : `'journal_line ' || position`;
}
