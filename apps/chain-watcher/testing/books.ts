import { isFungible } from '@daybook/chains';
import type { TransferV1 } from '@daybook/contracts';
import { type ReplenishmentState, replenishment, type TransferFacts } from '@daybook/domain';
import { IDS, TOKEN } from './model-chain';

const LISTED = [IDS.native, IDS.erc20(TOKEN)];
const parties = { accountId: 'account', customerId: 'customer', purseId: 'purse' };

/** The ledger's credits for the reported transfers, which may arrive late or more than once. */
export interface Books {
  record(transfer: TransferV1): void;
  /** How often the transfer is booked now: once or not at all, or something is wrong. */
  creditsOf(transferId: string): number;
  statusOf(transferId: string): ReplenishmentState['status'];
}

/** Whether the ledger of these tests credits such a transfer when it is final. */
export function isCredited({ asset, amount }: Pick<TransferV1, 'asset' | 'amount'>): boolean {
  return isListedInModel(asset) && amount !== '0';
}

/** Books that know these assets; those of the model chain when left out. */
export function openBooks({ isListed = isListedInModel } = {}): Books {
  const states = new Map<string, ReplenishmentState>();
  const credits = new Map<string, number>();
  return {
    record(transfer) {
      const { transferId: id, version, status, block, finality, asset, ...rest } = transfer;
      const { chain, amount, from, to, txHash } = rest;
      const ordinal = id.slice(id.lastIndexOf('/') + 1);
      const content = { chain, asset, amount, from, to, txHash, ordinal };
      const report = { version, status, content, block, finality };
      let state = states.get(id) ?? replenishment.initialState;
      for (const event of replenishment.decide(
        { type: 'RecordTransfer', report, facts: factsOf(chain, asset, isListed(asset)) },
        state,
      )) {
        state = replenishment.evolve(state, event);
        const before = credits.get(id) ?? 0;
        if (event.type === 'ReplenishmentConfirmed') credits.set(id, before + 1);
        if (event.type === 'ReplenishmentReverted' && event.data.credit) {
          credits.set(id, before - 1);
        }
      }
      states.set(id, state);
    },
    creditsOf: (id) => credits.get(id) ?? 0,
    statusOf: (id) => states.get(id)?.status ?? 'absent',
  };
}

function isListedInModel(asset: string): boolean {
  return LISTED.includes(asset);
}

function factsOf(chain: string, id: string, isListed: boolean): TransferFacts {
  const asset = { id, chain, currency: 'MODEL', decimals: 18, minimum: 1n };
  return {
    parties,
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
