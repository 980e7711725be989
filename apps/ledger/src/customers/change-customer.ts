import { type CustomerCommand, customer, streamName } from '@daybook/domain';
import { EventStore } from '@daybook/event-store';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Answer, RequestContext } from '../edge/request-context';
import { writeAs } from '../edge/write-as';
import { type CustomerResponse, toCustomer } from './customers.dto';

/** What becomes of a customer who exists. */
abstract class ChangeCustomer<Change> extends Command<Answer<CustomerResponse>> {
  constructor(
    readonly context: RequestContext,
    readonly customerId: string,
    readonly change: Change,
  ) {
    super();
  }
}

/** Changes the description. Refuses with `customer-not-found`, `invalid-description`. */
export class UpdateCustomer extends ChangeCustomer<{ readonly description: string | null }> {}

/** Blocks: from now on receipts are credited to the account. Refuses with `customer-not-found`, `invalid-reason`. */
export class BlockCustomer extends ChangeCustomer<{ readonly reason: string }> {}

/** Unblocks: from now on receipts are credited to the customer again. Refuses with `customer-not-found`, `invalid-reason`. */
export class UnblockCustomer extends ChangeCustomer<{ readonly reason: string }> {}

@CommandHandler(UpdateCustomer)
export class UpdateCustomerHandler implements ICommandHandler<UpdateCustomer> {
  constructor(private readonly store: EventStore) {}

  async execute(command: UpdateCustomer): Promise<Answer<CustomerResponse>> {
    const { accountId } = command.context;
    return write(this.store, command, { type: 'UpdateCustomer', accountId, ...command.change });
  }
}

@CommandHandler(BlockCustomer)
export class BlockCustomerHandler implements ICommandHandler<BlockCustomer> {
  constructor(private readonly store: EventStore) {}

  async execute(command: BlockCustomer): Promise<Answer<CustomerResponse>> {
    const { accountId } = command.context;
    return write(this.store, command, { type: 'BlockCustomer', accountId, ...command.change });
  }
}

@CommandHandler(UnblockCustomer)
export class UnblockCustomerHandler implements ICommandHandler<UnblockCustomer> {
  constructor(private readonly store: EventStore) {}

  async execute(command: UnblockCustomer): Promise<Answer<CustomerResponse>> {
    const { accountId } = command.context;
    return write(this.store, command, { type: 'UnblockCustomer', accountId, ...command.change });
  }
}

function write(
  store: EventStore,
  { context, customerId }: ChangeCustomer<unknown>,
  command: CustomerCommand,
): Promise<Answer<CustomerResponse>> {
  const stream = streamName('customer', customerId);
  return writeAs(store, context, stream, customer, command, (state) =>
    toCustomer(customerId, state),
  );
}
