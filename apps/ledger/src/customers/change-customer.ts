import { type CustomerCommand, customer, streamName } from '@daybook/domain';
import { EventStore } from '@daybook/event-store';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Answer, RequestContext } from '../edge/request-context';
import { writeAs } from '../edge/write-as';
import { type CustomerResponse, toCustomer } from './customers.dto';

/** Changes an existing customer. Refuses with the codes of the domain's command. */
export class ChangeCustomer extends Command<Answer<CustomerResponse>> {
  constructor(
    readonly context: RequestContext,
    readonly customerId: string,
    readonly change: Exclude<CustomerCommand, { type: 'CreateCustomer' }>,
  ) {
    super();
  }
}

@CommandHandler(ChangeCustomer)
export class ChangeCustomerHandler implements ICommandHandler<ChangeCustomer> {
  constructor(private readonly store: EventStore) {}

  async execute(command: ChangeCustomer): Promise<Answer<CustomerResponse>> {
    const { context, customerId, change } = command;
    const stream = streamName('customer', customerId);
    return writeAs(this.store, context, stream, customer, change, (state) =>
      toCustomer(customerId, state),
    );
  }
}
