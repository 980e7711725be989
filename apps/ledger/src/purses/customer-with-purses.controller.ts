import { DESCRIPTION_LENGTH_MAX, FAMILIES, type Family } from '@daybook/domain';
import { Controller } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiProperty, ApiSchema, ApiTags } from '@nestjs/swagger';
import { Watches } from '../chains';
import { CreateCustomer, CustomerResponse, EXTERNAL_ID_FIELD } from '../customers';
import { ChoicesField, PatternField, TextField } from '../edge/fields';
import { Operation } from '../edge/operation';
import type { Answer, RequestContext } from '../edge/request-context';
import { MintPurse } from './change-purse';
import { PurseAddresses } from './purse-addresses';
import { PurseResponse, toPurse } from './purses.dto';

export class CreateCustomerRequest {
  @PatternField({ ...EXTERNAL_ID_FIELD, description: 'Your own id of the customer.' })
  readonly externalId!: string;

  @TextField({
    min: 0,
    max: DESCRIPTION_LENGTH_MAX,
    nullable: true,
    optional: true,
    description: 'Anything that helps you; only for a customer who does not exist yet.',
    example: 'Came from the spring campaign',
  })
  readonly description?: string | null;

  @ChoicesField({
    choices: FAMILIES,
    optional: true,
    description: 'The families to mint purses of in the same call.',
    example: ['evm'],
  })
  readonly families?: readonly Family[];
}

@ApiSchema({
  name: 'CreatedCustomer',
  description: 'The customer, with the purses of the families that were asked for.',
})
export class CreatedCustomerResponse extends CustomerResponse {
  @ApiProperty({ type: [PurseResponse], description: 'In the order of the families asked for.' })
  readonly purses!: readonly PurseResponse[];
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
    tier: 'wallet',
    answers: CreatedCustomerResponse,
    creates: '/v1/customers/:id',
    refuses: ['family-not-available', 'purse-declined'],
    summary: 'Create a customer, or return the one with this external id',
  })
  async createCustomer(
    context: RequestContext,
    { externalId, description = null, families = [] }: CreateCustomerRequest,
  ): Promise<Answer<CreatedCustomerResponse>> {
    // Checked before the customer is created, so that a refused request changes nothing.
    for (const family of families) this.addresses.requireFamily(family);
    const customer = { externalId, description };
    const created = await this.commands.execute(new CreateCustomer(context, customer));
    const { id } = created.resource;
    const mint = (family: Family) => {
      const request = { customerId: id, family, outsideOrderId: null };
      return this.commands.execute(new MintPurse(context, request));
    };
    const minted = await Promise.all(families.map(mint));
    const watchOf = await this.watches.now();
    const purses = minted.map(({ resource }) => toPurse(resource, watchOf));
    const position = latest([created, ...minted].map((answer) => answer.position));
    return { ...created, resource: { ...created.resource, purses }, position };
  }
}

function latest(positions: readonly bigint[]): bigint {
  let last = 0n;
  for (const position of positions) if (position > last) last = position;
  return last;
}
