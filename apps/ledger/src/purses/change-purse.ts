import {
  type ArchiveReason,
  customer,
  DomainError,
  type Family,
  type PurseCommand,
  purse,
  streamName,
} from '@daybook/domain';
import { EventStore, loadStates } from '@daybook/event-store';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { purseIdOf } from '../edge/identity';
import { type Answer, CallerCommand, type RequestContext } from '../edge/request-context';
import { writeAs } from '../edge/write-as';
import { PurseAddresses } from './purse-addresses';
import { type Purse, purseResource } from './purse-resource';

/**
 * Gives a customer a permanent address on a family of chains, or returns the existing purse.
 * Refuses with `customer-not-found`, `family-not-available`, `purse-declined`.
 */
export class MintPurse extends CallerCommand<
  { readonly customerId: string; readonly family: Family; readonly outsideOrderId: string | null },
  Purse
> {}

/**
 * Archives a purse, or puts an archived one back into use. An archived purse stays watched for ever, and
 * what arrives is held in suspense. Restoring it starts its expiry period again and releases nothing.
 * Refuses with `purse-not-found`, `purse-declined`.
 */
export class ChangePurse extends CallerCommand<
  { readonly purseId: string; readonly change: PurseChange },
  Purse
> {}

type PurseChange =
  | { readonly type: 'ArchivePurse'; readonly reason: ArchiveReason }
  | { readonly type: 'RestorePurse' };

@CommandHandler(MintPurse)
export class MintPurseHandler implements ICommandHandler<MintPurse> {
  constructor(
    private readonly store: EventStore,
    private readonly addresses: PurseAddresses,
  ) {}

  async execute({ context, request }: MintPurse): Promise<Answer<Purse>> {
    const { accountId } = context;
    const { customerId, family } = request;
    const id = purseIdOf(accountId, customerId, family);
    const [ownerStream, stream] = [streamName('customer', customerId), streamName('purse', id)];
    const [owners, purses] = await Promise.all([
      loadStates(this.store, customer, [ownerStream]),
      loadStates(this.store, purse, [stream]),
    ]);
    const owner = owners.get(ownerStream) ?? customer.initialState;
    const existing = purses.get(stream) ?? purse.initialState;
    // Checked before an address is derived, so that a refused request does not use up an index.
    if (owner.status === 'absent' || owner.accountId !== accountId) {
      throw new DomainError('customer-not-found', 'There is no customer with this id.');
    }
    const isNew = existing.status === 'absent';
    const { address, derivation } = isNew ? await this.addresses.next(family) : existing;
    const at = new Date().toISOString();
    // The owner may be blocked between this read and the append. That is no reason to refuse a mint, so
    // the race has no effect.
    const place = { accountId, address, derivation, at, facts: { owner } };
    return write(this.store, context, id, { type: 'MintPurse', ...request, ...place }, isNew);
  }
}

@CommandHandler(ChangePurse)
export class ChangePurseHandler implements ICommandHandler<ChangePurse> {
  constructor(private readonly store: EventStore) {}

  execute({ context, request: { purseId, change } }: ChangePurse): Promise<Answer<Purse>> {
    return write(this.store, context, purseId, { ...change, accountId: context.accountId });
  }
}

/** Decides one command on a purse. `likelyNew` saves the read of a stream that does not exist yet. */
async function write(
  store: EventStore,
  context: RequestContext,
  id: string,
  command: PurseCommand,
  likelyNew = false,
): Promise<Answer<Purse>> {
  const stream = streamName('purse', id);
  const answer = await writeAs(store, context, stream, purse, command, (state) => state, likelyNew);
  const mintPosition =
    answer.outcome === 'created' ? answer.position : await mintPositionOf(store, stream);
  return { ...answer, resource: purseResource(id, answer.resource, mintPosition) };
}

async function mintPositionOf(store: EventStore, stream: string): Promise<bigint> {
  const [minted] = await store.readStream(stream);
  if (minted === undefined) throw new Error(`${stream} has no events.`);
  return minted.position;
}
