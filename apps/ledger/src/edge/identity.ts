import { type Family, identity } from '@daybook/domain';
import { uuid5 } from '@daybook/event-store';

/** The namespace of every derived id. Never change it: every id would change. */
const NAMESPACE = '6f1b0d4e-6a55-5c0f-9e6b-0f2f4c1f7a10';

/** The id of the account that exists until accounts are managed. */
export const DEFAULT_ACCOUNT_ID = uuid5(NAMESPACE, 'account\ndefault');

/** The operator whose key is created with the installation. */
export const DEFAULT_OPERATOR_NAME = 'default';

export const operatorIdOf = (name: string) => uuid5(NAMESPACE, identity.operator(name));

/** The id of a customer of a version that knew no lookup keys. It stays, and no new customer gets one like it. */
export const unkeyedCustomerIdOf = (accountId: string, externalId: string) =>
  uuid5(NAMESPACE, identity.customer(accountId, externalId));

/** By the name that the lookup keys give the customer: nobody without them can guess the id. */
export const customerIdOf = (keyedName: string) => uuid5(NAMESPACE, `customer\n${keyedName}`);

export const purseIdOf = (accountId: string, customerId: string, family: Family) =>
  uuid5(NAMESPACE, identity.purse(accountId, customerId, family));

export const lostPurseIdOf = (family: Family, address: string) =>
  uuid5(NAMESPACE, identity.lostPurse(family, address));

export const lossIdOf = (epoch: number, stream: string) =>
  uuid5(NAMESPACE, identity.loss(epoch, stream));

export const replenishmentIdOf = (transferId: string) =>
  uuid5(NAMESPACE, identity.replenishment(transferId));

/** By the name that `identity.finding` of the domain gives it. */
export const findingIdOf = (name: string) => uuid5(NAMESPACE, name);
/** An account's rescan of a transaction, one in each slot of time. */
export const rescanIdOf = (accountId: string, chain: string, hash: string, slot: number) =>
  uuid5(NAMESPACE, `rescan\n${accountId}\n${chain}\n${hash}\n${slot}`);
export const outflowStreamIdOf = (outflowId: string) =>
  uuid5(NAMESPACE, identity.outflow(outflowId));

/** A request repeated with the same key is the same command. */
export const commandIdOf = (accountId: string, idempotencyKey: string) =>
  uuid5(NAMESPACE, `command\n${accountId}\n${idempotencyKey}`);
