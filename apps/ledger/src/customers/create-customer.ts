import type { json } from '@daybook/contracts';
import { customer, DomainError, streamName } from '@daybook/domain';
import { EventStore, loadStates } from '@daybook/event-store';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { customerIdOf, unkeyedCustomerIdOf } from '../edge/identity';
import { type Answer, CallerCommand } from '../edge/request-context';
import { LookupKeys, normalExternalId } from '../vault/lookup-keys';
import { writeCustomer } from './change-customer';
import { type GivenProfile, givenProfile } from './customer-profile';
import { UnkeyedCustomers } from './unkeyed-customers';

/**
 * Creates the customer with this external id, or returns the existing one with what is given of its profile replaced.
 * After an erasure, the external id belongs to a new customer.
 * Refuses with `invalid-external-id`, `invalid-description`, `invalid-profile`.
 */
export class CreateCustomer extends CallerCommand<
  { readonly externalId: string; readonly profile: GivenProfile },
  json.Customer
> {}

/** What external ids were when customers had ids that anyone could make. */
const UNKEYED_EXTERNAL_ID = /^[\x21-\x7e]{1,128}$/;

@CommandHandler(CreateCustomer)
export class CreateCustomerHandler implements ICommandHandler<CreateCustomer> {
  constructor(
    private readonly store: EventStore,
    private readonly lookups: LookupKeys,
    private readonly older: UnkeyedCustomers,
  ) {}

  /**
   * The customers that may have an external id form one list, the same for every process: the one with an unkeyed id,
   * which no version creates any more, then the generations of the keyed one. The first that is not erased is meant; an
   * erasure is for ever. So two requests at once end at the same customer, whatever is erased meanwhile.
   */
  async execute({ context, request }: CreateCustomer): Promise<Answer<json.Customer>> {
    const { accountId } = context;
    const externalId = normalExternalId(request.externalId);
    const given = givenProfile(this.lookups, accountId, request.profile);
    const externalIdHash = this.lookups.hash('externalId', accountId, externalId);
    const at = new Date().toISOString();
    const command = { type: 'CreateCustomer', accountId, externalId, externalIdHash, at } as const;
    const write = (id: string, isLikelyNew: boolean) =>
      writeCustomer(this.store, context, id, { ...command, ...given }, isLikelyNew);

    const unkeyed = unkeyedCustomerIdOf(accountId, externalId);
    if (await this.isThere(unkeyed, externalId)) {
      const existing = await unlessErased(() => write(unkeyed, false));
      if (existing !== null) return existing;
    }
    for (let generation = 0; ; generation++) {
      const id = customerIdOf(this.lookups.nameOf(accountId, externalId, generation));
      const created = await unlessErased(() => write(id, true));
      if (created !== null) return created;
    }
  }

  private async isThere(unkeyed: string, externalId: string): Promise<boolean> {
    if (!UNKEYED_EXTERNAL_ID.test(externalId) || !(await this.older.mayExist())) return false;
    const stream = streamName('customer', unkeyed);
    const state = (await loadStates(this.store, customer, [stream])).get(stream);
    return state !== undefined && state.status !== 'absent';
  }
}

async function unlessErased<T>(write: () => Promise<T>): Promise<T | null> {
  try {
    return await write();
  } catch (error) {
    if (error instanceof DomainError && error.code === 'customer-erased') return null;
    throw error;
  }
}
