import { v1 } from '@daybook/contracts';
import type { AssetWire, ChainWire } from '../chains/chains.dto';
import type { CustomerWire } from '../customers/customers.dto';
import type { EventWire } from '../events/events.dto';
import type { PurseWire } from '../purses/purses.dto';
import type { ReplenishmentWire } from '../replenishments/replenishments.dto';
import {
  CHAIN_STATE,
  COMPLIANCE_STATE,
  CREDITED_TO,
  CUSTOMER_STATUS,
  FAMILY,
  PURSE_STATUS,
  REPLENISHMENT_STATUS,
  TRANSACTION_STATE,
} from './words';

// The resources of REST as messages. Money, balances and throughput have the same shape in both.

export function customerMessage(wire: CustomerWire): v1.Customer {
  const { id, externalId, description, status, createdAt } = wire;
  return {
    id,
    externalId,
    description: description ?? undefined,
    status: CUSTOMER_STATUS[status],
    createdAt,
  };
}

export function purseMessage(wire: PurseWire): v1.Purse {
  const { id, customerId, family, address, status, outsideOrderId, mintedAt, watch } = wire;
  return {
    id,
    customerId,
    family: FAMILY[family],
    address,
    status: PURSE_STATUS[status],
    outsideOrderId: outsideOrderId ?? undefined,
    mintedAt,
    watch,
  };
}

export function replenishmentMessage(wire: ReplenishmentWire): v1.Replenishment {
  const { outsideOrderId, reason, finality, block, creditedTo } = wire;
  return {
    ...wire,
    outsideOrderId: outsideOrderId ?? undefined,
    status: REPLENISHMENT_STATUS[wire.status],
    transactionState: TRANSACTION_STATE[wire.transactionState],
    complianceState: COMPLIANCE_STATE[wire.complianceState],
    block: block === null ? undefined : { ...block, number: String(block.number) },
    creditedTo:
      creditedTo === null ? v1.CreditedTo.CREDITED_TO_UNSPECIFIED : CREDITED_TO[creditedTo],
    reason: reason ?? undefined,
    finality: finality ?? undefined,
  };
}

export function chainMessage(wire: ChainWire): v1.Chain {
  const { chain, name, family, finality, state, detail, observedAt } = wire;
  return {
    chain,
    name,
    family: FAMILY[family],
    finality,
    state: CHAIN_STATE[state],
    detail: detail ?? undefined,
    latest: heightMessage(wire.latest),
    matched: heightMessage(wire.matched),
    finalized: heightMessage(wire.finalized),
    lag: heightMessage(wire.lag),
    observedAt: observedAt ?? undefined,
    addressesThrough: wire.addressesThrough ?? undefined,
  };
}

function heightMessage(height: number | null): string | undefined {
  return height === null ? undefined : String(height);
}

export function assetMessage(wire: AssetWire): v1.Asset {
  return { ...wire, contract: wire.contract ?? undefined };
}

/** The fact travels as JSON text: its shape belongs to the type, and text keeps every digit. */
export function eventMessage({ data, ...event }: EventWire): v1.Event {
  return { ...event, dataJson: JSON.stringify(data) };
}
