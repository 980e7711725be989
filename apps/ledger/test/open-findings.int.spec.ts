import { finding, findingCauseOf, replenishment, streamName, upcast } from '@daybook/domain';
import { decideAndAppend, loadStates } from '@daybook/event-store';
import * as a from '../../../libs/domain/testing/a';
import { until } from '../../../test/dependencies';
import { findingIdOf } from '../src/edge/identity';
import { startOpeningFindings } from '../src/findings/open-findings';
import { type AuditLedger, freshAuditLedger } from './audit-history';

let ledger: AuditLedger;
beforeAll(async () => {
  ledger = await freshAuditLedger();
});
afterAll(() => ledger.close());

let version = 0;
/** A log that cannot be read: in the n-th block, or removed by a reorg. */
async function report(id: string, block: number | null): Promise<void> {
  version += 1;
  const about = { version, amount: 0n, unreadable: true } as const;
  const command = a.recordTransfer(
    block === null
      ? { ...about, status: 'reverted' }
      : { ...about, status: 'final', block: a.block(`${block}`, block) },
  );
  await decideAndAppend(ledger.store, {
    ...{ stream: streamName('replenishment', id), decider: replenishment, command },
    ...{
      commandId: `report ${version}`,
      metadata: { accountId: a.parties.accountId, actor: 'test' },
    },
  });
}

/** Reads the log from its beginning, as after a crash before the checkpoint was stored. */
async function readAll(): Promise<void> {
  await ledger.sql(`UPDATE ledger.checkpoint SET position = 0 WHERE name = 'findings'`);
  const follower = startOpeningFindings(ledger.store, ledger.dataSource);
  const position = async () =>
    (await ledger.sql(`SELECT position FROM ledger.checkpoint WHERE name = 'findings'`))[0]
      ?.position;
  const { position: head } = (
    await ledger.sql('SELECT max(position) AS position FROM event_store.event')
  )[0] as {
    position: string;
  };
  await until(async () => BigInt((await position()) ?? -1) >= BigInt(head));
  await follower.stop();
}

it('opens and closes nothing otherwise when events are read again', async () => {
  const id = a.replenishmentId;
  const stream = streamName('replenishment', id);
  await report(id, 1);
  const [first] = await ledger.store.readStream(stream);
  const cause = first && findingCauseOf(upcast(first), id);
  const name = streamName('finding', findingIdOf(cause?.name ?? ''));
  const status = async () => (await loadStates(ledger.store, finding, [name])).get(name)?.status;
  await readAll();
  expect(await status()).toBe('open');
  // The reorg is reported later than the block that came instead.
  await report(id, 2);
  await report(id, null);
  for (let times = 0; times < 3; times++) {
    await readAll();
    expect(await status()).toBe('closed');
  }
  await report(id, 3);
  for (let times = 0; times < 3; times++) {
    await readAll();
    expect(await status()).toBe('open');
  }
});
