import { type AppProcess, startApp } from '../../../test/app-process';
import { until } from '../../../test/dependencies';
import { newApiKey } from '../src/edge/api-key';
import type { AuditLedger } from './audit-history';
import { toldAuditLedger } from './audit-told';

const { key } = newApiKey({ kind: 'operator' });
let ledger: AuditLedger;
let app: AppProcess;

beforeAll(async () => {
  ledger = await toldAuditLedger(150);
  app = await startApp('ledger', {
    DAYBOOK_DATABASE_URL: ledger.url,
    DAYBOOK_ROLES: 'api,projector',
    DAYBOOK_OPERATOR_KEY: key,
  });
});

afterAll(async () => {
  await app.stop();
  await ledger.close();
});

const books = async (): Promise<{ status: string; detail?: string }> =>
  ((await (await fetch(`${app.url}/readyz`)).json()) as { checks: { books: { status: string } } })
    .checks.books;

async function metric(name: string): Promise<string> {
  const headers = { authorization: `Bearer ${key}` };
  const text = await (await fetch(`${app.url}/metrics`, { headers })).text();
  return text.split('\n').find((line) => line.startsWith(name)) ?? '';
}

describe('a row of the books that was changed by hand', () => {
  it('is seen by probes, metrics and the log, while the ledger stays in use, until it is mended', async () => {
    // The history has causes of findings, which the ledger opens after its start.
    await until(async () => {
      const head = await ledger.store.head();
      return (await metric('daybook_invariant_checked_position')).endsWith(` ${head}`);
    });
    expect(await books()).toEqual({ status: 'ok' });
    const counted = 'daybook_invariant_violations_total{invariant="custody-equals-claims"';
    expect(await metric(counted)).toMatch(/ 0$/);

    const [row] = await ledger.sql<{ id: string; asset: string }>(
      `UPDATE ledger.figures SET custody = custody + 1
        WHERE ctid IN (SELECT ctid FROM ledger.figures LIMIT 1) RETURNING owner_id AS id, asset`,
    );
    const failing = async () => (await books()).status === 'failing';
    await until(failing, { timeoutMs: 20_000, description: 'The probe' });
    const { detail } = await books();
    expect(detail).toContain('custody-equals-claims');
    // A probe is for everybody, so it names no purse; the log does.
    expect(detail).not.toContain(row?.id);
    expect(app.output()).toMatch(new RegExp(`an invariant of the books is violated.*${row?.id}`));
    await until(async () => (await metric(counted)).endsWith(' 1'));
    expect((await fetch(`${app.url}/readyz`)).status).toBe(200);

    // The owner may have figures in other assets, which are right.
    const mend =
      'UPDATE ledger.figures SET custody = custody - 1 WHERE owner_id = $1 AND asset = $2';
    await ledger.sql(mend, [row?.id, row?.asset]);
    await until(async () => (await books()).status === 'ok', { timeoutMs: 20_000 });
  });
});
