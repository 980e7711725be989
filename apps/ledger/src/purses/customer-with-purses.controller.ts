import { DESCRIPTION_LENGTH_MAX, FAMILIES, type Family } from '@daybook/domain';
import { Controller } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { Watches } from '../chains';
import { CreateCustomer, EXTERNAL_ID_FIELD } from '../customers';
import { ChoicesField, PatternField, TextField } from '../edge/fields';
import { Operation } from '../edge/operation';
import type { RequestContext } from '../edge/request-context';
import { MintPurse } from './mint-purse';
import { PurseAddresses } from './purse-addresses';
import { toPurse } from './purses.dto';

export class CreateCustomerRequest {
  @PatternField(EXTERNAL_ID_FIELD)
  readonly externalId!: string;

  @TextField({ min: 0, max: DESCRIPTION_LENGTH_MAX, nullable: true, optional: true })
  readonly description?: string | null;

  @ChoicesField(FAMILIES, { optional: true })
  readonly families?: readonly Family[];
}

/** Creates a customer and its purses. It is in this feature because purses may import customers. */
@ApiTags('Customers')
@Controller()
export class CustomerWithPursesController {
  constructor(
    private readonly commands: CommandBus,
    private readonly addresses: PurseAddresses,
    private readonly watches: Watches,
  ) {}

  @Operation({
    http: 'POST /v1/customers',
    rpc: 'CustomerService/CreateCustomer',
    scope: 'customers:write',
    versioned: true,
    tier: 'wallet',
    creates: '/v1/customers/:id',
    refuses: ['family-not-available', 'purse-declined', 'purse-unowned', 'address-conflict'],
  })
  async createCustomer(
    context: RequestContext,
    { externalId, description = null, families = [] }: CreateCustomerRequest,
  ) {
    // Checked before the customer is created, so that a refused request changes nothing.
    for (const family of families) this.addresses.requireFamily(family);
    const customer = { externalId, description };
    const created = await this.commands.execute(new CreateCustomer(context, customer));
    const { id, status: shown, ...about } = created.resource;
    // What was just written is not read back: a node that is behind would not have it.
    const status = shown === 'BLOCKED' ? 'blocked' : 'active';
    const owner = { ...about, status, accountId: context.accountId } as const;
    const mint = (family: Family) => {
      const request = { customerId: id, family, outsideOrderId: null, owner };
      return this.commands.execute(new MintPurse(context, request));
    };
    const minted = await Promise.all(families.map(mint));
    const watchOf = await this.watches.now();
    const purses = minted.map(({ resource }) => toPurse(resource, watchOf));
    const positions = [created, ...minted].map((answer) => answer.position);
    const [position = created.position] = positions.toSorted((a, b) => (a > b ? -1 : 1));
    return { ...created, resource: { ...created.resource, purses }, position };
  }
}
