import { purseXpubs } from '@daybook/chains';
import type { TransferV1 } from '@daybook/contracts';
import {
  type CustomerState,
  customer,
  type Decider,
  fold,
  purse,
  replenishment,
  streamName,
} from '@daybook/domain';
import {
  beginLog,
  type CommandForStream,
  decideAndAppendMany,
  type Emitted,
  type EventStore,
  identityIn,
  PostgresEventStore,
} from '@daybook/event-store';
import { ChangeAccount, ChangeAccountHandler } from '../../apps/ledger/src/accounts/change-account';
import { DEFAULT_ACCOUNT_ID, replenishmentIdOf } from '../../apps/ledger/src/edge/identity';
import { IssueApiKey, IssueApiKeyHandler } from '../../apps/ledger/src/edge/keys';
import { systemContext } from '../../apps/ledger/src/edge/request-context';
import { LedgerEnv } from '../../apps/ledger/src/ledger.env';
import { lookupKeysOf } from '../../apps/ledger/src/vault/open-vault';
import { UNSEALED } from '../../libs/event-store/testing/unsealed';
import type { Database } from './database';
import { type PlannedPurse, purseAt, TOKEN_ASSET } from './transfers';

export const API_KEY = `dbk_bench000_${'0'.repeat(43)}`;
/** Commands decided and appended together. */
const SLICE = 5_000;
const AT = '2026-01-01T00:00:00.000Z';
const METADATA = { accountId: DEFAULT_ACCOUNT_ID, actor: 'system' };

/**
 * Opens the account and creates customers from number 0 on, the first `purses` of them with a purse. Uses the
 * ledger's own rules and write path, without REST.
 */
export async function createCustomers(
  database: Database,
  { customers, purses }: { readonly customers: number; readonly purses: number },
  tick: (done: number) => void,
): Promise<void> {
  const store = new PostgresEventStore(database.url);
  store.personalData = UNSEALED;
  const fingerprint =
    purseXpubs({ evm: undefined, tron: undefined }, []).get('evm')?.fingerprint ?? '';
  try {
    // As the first process on a log does: otherwise a ledger that is started later would append it.
    await store.checkWith(async (source) => {
      await beginLog(source);
      return identityIn(source);
    });
    const open = { type: 'OpenAccount', name: 'default', policy: { screening: false } } as const;
    await new ChangeAccountHandler(store).execute(
      new ChangeAccount(systemContext(DEFAULT_ACCOUNT_ID), open),
    );
    const key = { key: API_KEY, scopes: ['read', 'write'] };
    const owner = { kind: 'account', id: DEFAULT_ACCOUNT_ID } as const;
    await new IssueApiKeyHandler(store).execute(
      new IssueApiKey(systemContext(DEFAULT_ACCOUNT_ID), { owner, ...key }),
    );
    for (let from = 0; from < customers; from += SLICE) {
      const slice = Array.from({ length: Math.min(SLICE, customers - from) }, (_, i) =>
        purseAt(from + i),
      );
      await decideAll(store, customer, slice.map(creationOf));
      const minted = slice.slice(0, Math.max(0, purses - from));
      await decideAll(
        store,
        purse,
        minted.map((planned, i) => mintOf(planned, from + i, fingerprint)),
      );
      tick(from + slice.length);
    }
  } finally {
    await store.close();
  }
}

/** As the ledger of the bench has them, which finds these customers by their external ids. */
const LOOKUP_KEYS = lookupKeysOf(new LedgerEnv());

function creationOf({ customerId, externalId }: PlannedPurse) {
  return {
    stream: streamName('customer', customerId),
    command: {
      type: 'CreateCustomer' as const,
      accountId: DEFAULT_ACCOUNT_ID,
      externalId,
      externalIdHash: LOOKUP_KEYS.hash('externalId', DEFAULT_ACCOUNT_ID, externalId),
      at: AT,
    },
    commandId: `create ${externalId}`,
    metadata: METADATA,
  };
}

function mintOf(planned: PlannedPurse, index: number, xpubFingerprint: string) {
  const { customerId, purseId, externalId, address } = planned;
  const created = customer.decide(creationOf(planned).command, customer.initialState);
  const owner: CustomerState = fold(customer, created);
  return {
    stream: streamName('purse', purseId),
    command: {
      type: 'MintPurse' as const,
      accountId: DEFAULT_ACCOUNT_ID,
      customerId,
      family: 'evm' as const,
      address,
      derivation: { xpubFingerprint, branch: 0, index },
      outsideOrderId: null,
      at: AT,
      facts: { owner },
    },
    commandId: `mint ${externalId}`,
    metadata: METADATA,
  };
}

/** Records transfers like the ledger's consumer, without the durable log. */
export async function recordDirectly(
  database: Database,
  transfers: readonly { readonly transfer: TransferV1; readonly purse: PlannedPurse }[],
  tick: (done: number) => void,
): Promise<void> {
  const store = new PostgresEventStore(database.url);
  try {
    for (let from = 0; from < transfers.length; from += SLICE) {
      const slice = transfers.slice(from, from + SLICE);
      await decideAll(
        store,
        replenishment,
        slice.map(({ transfer, purse }) => recordOf(transfer, purse)),
      );
      tick(from + slice.length);
    }
  } finally {
    await store.close();
  }
}

function recordOf(transfer: TransferV1, { customerId, purseId }: PlannedPurse) {
  const { transferId, version, status, block, finality, ...others } = transfer;
  const { chain, asset, amount, from, to, txHash } = others;
  const content = { chain, asset, amount, from, to, txHash, ordinal: 'log:0' };
  return {
    stream: streamName('replenishment', replenishmentIdOf(transferId)),
    command: {
      type: 'RecordTransfer' as const,
      report: { version, status, content, block, finality },
      facts: {
        parties: { accountId: DEFAULT_ACCOUNT_ID, customerId, purseId },
        asset: TOKEN_ASSET,
        outsideOrderId: null,
        isFungible: true,
        requiredFinality: null,
        sender: 'elsewhere' as const,
        screening: false,
        purseStatus: 'active' as const,
        customerBlocked: false,
      },
    },
    commandId: `${transferId}#${version}`,
    metadata: { accountId: DEFAULT_ACCOUNT_ID, actor: 'watcher' },
  };
}

async function decideAll<Command, Event extends Emitted, State>(
  store: EventStore,
  decider: Decider<Command, Event, State>,
  commands: readonly CommandForStream<Command>[],
): Promise<void> {
  for (const result of await decideAndAppendMany(store, decider, commands)) {
    if (result instanceof Error) throw result;
  }
}
