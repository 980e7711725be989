import {
  account,
  addressBranch,
  assetRecord,
  customer,
  type Decider,
  DomainError,
  type DomainEvent,
  finding,
  identity,
  operator,
  outflow,
  purse,
  type ReplenishmentCommand,
  replenishment,
  streamName,
  watchRequest,
} from '@daybook/domain';
import { decideAndAppend, type EventStore, PostgresEventStore, uuid5 } from '@daybook/event-store';
import { surviveErrors } from '@daybook/platform/plain';
import { Client, Pool } from 'pg';
import type { DataSource } from 'typeorm';
import * as a from '../../../libs/domain/testing/a';
import { copyOf, type TestDatabase } from '../../../test/dependencies';
import {
  DEFAULT_ACCOUNT_ID,
  findingIdOf,
  outflowStreamIdOf,
  purseIdOf,
  replenishmentIdOf,
  unkeyedCustomerIdOf,
} from '../src/edge/identity';
import { LedgerEnv } from '../src/ledger.env';
import { migrate } from '../src/migrate';
import { READ_MODELS } from '../src/operations/read-models';
import { startProjector } from '../src/projections/projector';
import { ledgerDataSource } from '../src/runtime/data-source';
import { openVault } from '../src/vault/open-vault';
import { personalDataOf } from '../src/vault/personal-fields';
import { correction, findingCommand } from './audit-corrections';
import {
  ASSETS,
  amountOf,
  decimalsOf,
  minimumOf,
  outflowReport,
  release,
  settlement,
  type Told,
} from './audit-outflows';

/** A ledger's database with a role that has no more rights than in production. */
export interface AuditLedger {
  readonly ownerUrl: string;
  readonly url: string;
  readonly store: EventStore;
  readonly dataSource: DataSource;
  /** Runs SQL as the owner. */
  sql<Row = Record<string, string>>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Brings the read models up to date. */
  project(): Promise<void>;
  close(): Promise<void>;
}

const ROLE = 'daybook_audit_test';

/** An empty one, or, under the name of a kind, one in which every ledger of this kind begins. */
export async function freshAuditLedger(
  kind = 'audit',
  begin: (ledger: AuditLedger) => Promise<void> = async () => undefined,
): Promise<AuditLedger> {
  const database = await copyOf(kind, async (url) => {
    const owner = surviveErrors(new Client({ connectionString: url }));
    await owner.connect();
    await owner.query(`
      DO $$ BEGIN
        CREATE ROLE ${ROLE} LOGIN PASSWORD '${ROLE}';
      EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`);
    await owner.end();
    await migrate(url, ROLE);
    const ledger = await openAuditLedger({ url, drop: async () => undefined });
    await begin(ledger);
    await ledger.close();
  });
  return openAuditLedger(database);
}

async function openAuditLedger(database: TestDatabase): Promise<AuditLedger> {
  const owner = new Pool({ connectionString: database.url, max: 2 });
  owner.on('error', () => undefined);
  const url = new URL(database.url);
  url.username = ROLE;
  url.password = ROLE;
  const store = new PostgresEventStore(url.href);
  const dataSource = await ledgerDataSource(url.href).initialize();
  // The texts about customers are sealed, as in production; audits have no keys.
  store.personalData = personalDataOf(openVault(new LedgerEnv(), dataSource));
  return {
    ownerUrl: database.url,
    url: url.href,
    store,
    dataSource,
    sql: async (text, values = []) => (await owner.query(text, [...values])).rows,
    async project() {
      const projector = startProjector(store, dataSource, READ_MODELS);
      const reached = await projector.waitFor(await store.head(), 30_000);
      await projector.stop();
      if (!reached) throw new Error('The read models did not catch up.');
    },
    async close() {
      await dataSource.destroy();
      await store.close();
      await owner.end();
      await database.drop();
    },
  };
}

/** Numbers from 0 to below `below` that only look random. */
export function numbersFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const FAMILY = 'evm' as const;
const NAMESPACE = '00000000-0000-5000-8000-000000000000';
const OPERATOR_ID = uuid5(NAMESPACE, 'operator');
const OTHER_OPERATOR_ID = uuid5(NAMESPACE, 'other operator');
const WATCH_REQUEST_ID = uuid5(NAMESPACE, 'watch request');

export const customerAt = (n: number) => unkeyedCustomerIdOf(DEFAULT_ACCOUNT_ID, `customer-${n}`);
export const purseIdAt = (n: number) => purseIdOf(DEFAULT_ACCOUNT_ID, customerAt(n), FAMILY);

const partiesAt = (n: number) => ({
  ...{ accountId: DEFAULT_ACCOUNT_ID, customerId: customerAt(n), purseId: purseIdAt(n) },
});

/**
 * Writes `steps` random commands of every kind to the log: customers, purses, transfers in all their
 * states, reversals, corrections. Refused ones write nothing.
 */
export async function tellHistory(store: EventStore, seed: number, steps: number): Promise<void> {
  const number = numbersFrom(seed);
  const people = 6;
  let commands = 0;
  const transfers: Told = new Map();
  const outflows: Told = new Map();
  const metadata = { accountId: DEFAULT_ACCOUNT_ID, actor: 'system' };

  async function write<Command, Event extends DomainEvent, State>(
    stream: string,
    decider: Decider<Command, Event, State>,
    command: Command,
  ): Promise<void> {
    // A command with a key leaves a trace of its own: a claim, or from before there were claims a hash.
    const isKeyed = number(3) === 0;
    const isOld = number(2) === 0;
    const commandId = uuid5(NAMESPACE, `command ${seed} ${commands++}`);
    const fingerprint = `${seed}-${commands}`;
    const evidence = isKeyed && isOld ? { ...metadata, fingerprint } : metadata;
    const claim = isKeyed &&
      !isOld && { claim: { request: fingerprint, fingerprint, isNew: true } };
    const request = { stream, decider, command, commandId, metadata: evidence, ...claim };
    await decideAndAppend(store, request).catch((error: unknown) => {
      if (!(error instanceof DomainError)) throw error;
    });
  }

  const accountStream = streamName('account', DEFAULT_ACCOUNT_ID);
  await write(accountStream, account, {
    type: 'OpenAccount',
    name: 'Example',
    policy: { screening: false },
  });
  for (const asset of ASSETS) {
    const use = {
      type: 'RecordAsset',
      asset,
      currency: `OLD_${asset}`,
      decimals: decimalsOf(asset),
    } as const;
    await write(streamName('asset', asset), assetRecord, use);
    await write(streamName('asset', asset), assetRecord, { ...use, currency: asset });
  }
  for (let step = 0; step < steps; step++) {
    const n = number(people);
    const accountId = DEFAULT_ACCOUNT_ID;
    const at = new Date(Date.UTC(2026, 0, 1) + step * 1_000).toISOString();
    const stream = streamName('customer', customerAt(n));
    const purseStream = streamName('purse', purseIdAt(n));
    switch (number(16)) {
      case 0:
        await write(stream, customer, {
          type: 'CreateCustomer',
          accountId,
          externalId: `customer-${n}`,
          externalIdHash: `1.${n}`,
          description: number(2) === 0 ? null : 'Ünïcödé "quoted", 🦊',
          at,
        });
        break;
      case 1:
        await write(streamName('branch', String(8 * n)), addressBranch, {
          ...{ type: 'OpenAddressBranch', branch: 8 * n, at },
        });
        await write(purseStream, purse, {
          type: 'MintPurse',
          accountId,
          customerId: customerAt(n),
          family: FAMILY,
          address: `0x${n.toString().padStart(40, '0')}`,
          derivation: { xpubFingerprint: 'f00d', branch: 8 * n, index: 0 },
          outsideOrderId: number(2) === 0 ? null : `order-${n}`,
          at,
          facts: { owner: a.owner({ accountId }) },
        });
        break;
      case 2:
        await write(stream, customer, { type: 'BlockCustomer', accountId, reason: 'test' });
        break;
      case 3:
        await write(
          stream,
          customer,
          number(8) === 0
            ? { type: 'EraseCustomer', accountId, reason: 'test', at }
            : { type: 'UnblockCustomer', accountId, reason: 'test' },
        );
        break;
      case 4:
        await write(stream, customer, {
          type: 'UpdateCustomer',
          accountId,
          description: `step ${step}`,
          email: `${step}@example.com`,
          emailHash: `1.${step}`,
        });
        break;
      case 5:
        await write(
          purseStream,
          purse,
          number(2) === 0
            ? { type: 'ArchivePurse', accountId, reason: 'requested' }
            : { type: 'RestorePurse', accountId },
        );
        break;
      case 6: {
        const t = number(30);
        const version = transfers.get(t)?.version ?? 0;
        const settle =
          minimumOf(t) > amountOf(t) && number(2) === 0
            ? release(t, version, number(2) === 0)
            : settlement(t, version, number(2) === 0);
        const id = replenishmentIdOf(`transfer ${t}`);
        await write(streamName('replenishment', id), replenishment, settle);
        break;
      }
      case 7: {
        const t = number(20);
        const id = outflowStreamIdOf(`outflow ${t}`);
        await write(
          streamName('outflow', id),
          outflow,
          outflowReport(t, number, outflows, partiesAt(t % 6)),
        );
        break;
      }
      case 8: {
        const id = replenishmentIdOf(`transfer ${number(30)}`);
        const act = correction(step, number(3) > 0);
        await write(streamName('replenishment', id), replenishment, act);
        break;
      }
      case 9: {
        const t = number(6);
        const id = findingIdOf(identity.finding('test', `${t}`));
        const command = findingCommand(t, step, number, partiesAt(t));
        await write(streamName('finding', id), finding, command);
        break;
      }
      default: {
        const t = number(30);
        await write(
          streamName('replenishment', replenishmentIdOf(`transfer ${t}`)),
          replenishment,
          report(t, number, transfers),
        );
      }
    }
  }
  await write(streamName('operator', OPERATOR_ID), operator, {
    type: 'AddOperator',
    name: 'Night shift',
  });
  await write(streamName('operator', OPERATOR_ID), operator, {
    type: 'IssueApiKey',
    keyId: 'operator1',
    keyHash: 'f00d',
    scopes: ['read'],
    name: null,
    expiresAt: '2099-01-01T00:00:00.000Z',
  });
  // Another operator has a key with the same id, which the read model keeps to the first.
  for (const command of [
    { type: 'AddOperator', name: 'Day shift' },
    {
      type: 'IssueApiKey',
      ...{ keyId: 'operator1', keyHash: 'beef', scopes: ['write'], name: null, expiresAt: null },
    },
    { type: 'RevokeApiKey', keyId: 'operator1', reason: 'test' },
  ] as const) {
    await write(streamName('operator', OTHER_OPERATOR_ID), operator, command);
  }
  await write(streamName('watch', WATCH_REQUEST_ID), watchRequest, {
    type: 'RequestWatch',
    chain: 'eip155:1',
    kind: 'rescan',
    from: 1,
    to: 2,
    transaction: null,
    blocksMax: 10,
    reason: 'test',
    facts: { latest: 100 },
  });
}

/** The next report of transfer `t`: a new block, its finality, or its reversal. */
function report(
  t: number,
  number: (below: number) => number,
  transfers: Told,
): ReplenishmentCommand {
  const known = transfers.get(t) ?? { version: 0, inBlock: false };
  const version = known.version + 1;
  const status = known.inBlock
    ? (['final', 'final', 'reverted'] as const)[number(3)]
    : (['seen', 'detected', 'final'] as const)[number(3)];
  transfers.set(t, { version, inBlock: status === 'detected' || status === 'final' });
  const n = t % 6;
  const isReverted = status === 'reverted' || status === 'seen';
  return a.recordTransfer(
    {
      version,
      status: status ?? 'seen',
      txHash: `0x${t.toString(16).padStart(64, '0')}`,
      amount: amountOf(t),
      ...(t % 9 === 0 && { netted: '10' }),
      ...(t % 18 === 0 && { unbacked: '4' }),
      asset: ASSETS[t % 2] as string,
      block: isReverted ? null : a.block(`block ${t} ${version}`, version),
    },
    {
      parties: partiesAt(n),
      asset: a.asset({ id: ASSETS[t % 2] as string, minimum: minimumOf(t) }),
      screening: t % 5 === 0,
      customerBlocked: number(4) === 0,
      purseStatus: number(5) === 0 ? 'archived' : 'active',
      sender: t % 12 === 4 ? 'gas-address' : t % 12 === 5 ? 'purse-of-account' : 'elsewhere',
    },
  );
}
