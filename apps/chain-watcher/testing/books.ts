import { isFungible } from '@daybook/chains';
import type { OutflowV1, TransferV1 } from '@daybook/contracts';
import {
  type DomainEvent,
  netAmount,
  type OutflowState,
  outflow,
  postings,
  type ReplenishmentState,
  replenishment,
  type TransferFacts,
} from '@daybook/domain';
import { IDS, TOKEN } from './model-chain';
import { LYING_TOKEN } from './model-plans';

const LISTED = [IDS.native, IDS.erc20(TOKEN), IDS.erc20(LYING_TOKEN)];
const parties = { accountId: 'account', customerId: 'customer' };

/** The ledger's books of the reported movements, which may arrive late or more than once. */
export interface Books {
  record(transfer: TransferV1): void;
  recordOutflow(reported: OutflowV1): void;
  /** How often the transfer is booked now: once or not at all, or something is wrong. */
  creditsOf(transferId: string): number;
  statusOf(transferId: string): ReplenishmentState['status'];
  /** What the books say that each purse holds, by `<address> <asset>`. */
  custody(): ReadonlyMap<string, bigint>;
}

/** Whether the ledger of these tests credits such a transfer when it is final. */
export function isCredited({
  asset,
  amount,
  netted,
  unreadable,
}: Pick<TransferV1, 'asset' | 'amount' | 'netted' | 'unreadable'>): boolean {
  const isReadable = unreadable !== true;
  return (
    isListedInModel(asset) && isReadable && netAmount({ amount, ...(netted && { netted }) }) > 0n
  );
}

/** Books that know these assets; those of the model chain when left out. */
export function openBooks({ isListed = isListedInModel } = {}): Books {
  const states = new Map<string, ReplenishmentState>();
  const outflows = new Map<string, OutflowState>();
  const credits = new Map<string, number>();
  const held = new Map<string, bigint>();

  function post(event: DomainEvent): void {
    for (const { debit, credit, purseId, asset, amount } of postings(event)) {
      const signs = Number(debit === 'custody/purse') - Number(credit === 'custody/purse');
      const key = `${purseId} ${asset}`;
      if (signs !== 0) held.set(key, (held.get(key) ?? 0n) + BigInt(signs) * amount);
    }
  }

  return {
    record(transfer) {
      const { transferId: id, version, status, block, finality, asset, ...rest } = transfer;
      const { chain, amount, netted, unreadable, from, to, txHash } = rest;
      const ordinal = id.slice(id.lastIndexOf('/') + 1);
      const content = {
        ...{ chain, asset, amount, from, to, txHash, ordinal },
        ...(netted !== undefined && { netted }),
        ...(unreadable === true && ({ unreadable } as const)),
      };
      const report = { version, status, content, block, finality };
      let state = states.get(id) ?? replenishment.initialState;
      for (const event of replenishment.decide(
        { type: 'RecordTransfer', report, facts: factsOf(chain, asset, isListed(asset), to) },
        state,
      )) {
        state = replenishment.evolve(state, event);
        post(event);
        const before = credits.get(id) ?? 0;
        if (event.type === 'ReplenishmentConfirmed') credits.set(id, before + 1);
        if (event.type === 'ReplenishmentReverted' && event.data.credit) {
          credits.set(id, before - 1);
        }
      }
      states.set(id, state);
    },
    recordOutflow(reported) {
      const { outflowId, version, status, block, finality, chain, asset, ...rest } = reported;
      const { amount, netted, from, to, txHash } = rest;
      const ordinal = outflowId.slice(outflowId.lastIndexOf('/') + 1);
      const content = {
        ...{ chain, asset, amount, from, to, txHash, ordinal },
        ...(netted !== undefined && { netted }),
      };
      const report = { outflowId, version, status, content, block, finality };
      const facts = factsOf(chain, asset, isListed(asset), from);
      let state = outflows.get(outflowId) ?? outflow.initialState;
      for (const event of outflow.decide(
        { type: 'RecordOutflow', report, facts: { ...facts, destination: 'elsewhere' } },
        state,
      )) {
        state = outflow.evolve(state, event);
        post(event);
      }
      outflows.set(outflowId, state);
    },
    creditsOf: (id) => credits.get(id) ?? 0,
    statusOf: (id) => states.get(id)?.status ?? 'absent',
    custody: () => held,
  };
}

function isListedInModel(asset: string): boolean {
  return LISTED.includes(asset);
}

function factsOf(chain: string, id: string, isListed: boolean, purse: string): TransferFacts {
  const asset = { id, chain, currency: 'MODEL', decimals: 18, minimum: 1n };
  return {
    parties: { ...parties, purseId: purse },
    asset: isListed ? asset : null,
    outsideOrderId: null,
    isFungible: isFungible(id),
    requiredFinality: null,
    sender: 'elsewhere',
    screening: false,
    purseStatus: 'active',
    customerBlocked: false,
  };
}
