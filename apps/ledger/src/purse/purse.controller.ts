import { canonicalAddress } from '@daybook/chains';
import { DomainError, FAMILIES, type Family } from '@daybook/domain';
import { Body, Controller, Get, Post, Query, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiBody, ApiExtraModels, ApiTags, getSchemaPath } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { AssetRegistry } from '../asset-registry';
import { ChainRegistry } from '../chains/chain-registry';
import { GetFigures } from '../read-models/balances/get-figures';
import { GetCustomer } from '../read-models/customers/get-customers';
import { GetPurse, ListPurses } from '../read-models/purses/get-purses';
import type { RequestContext } from '../request-context';
import { answered } from '../rest/answer';
import { AccountId, Context } from '../rest/context';
import { Creates, Reads } from '../rest/describe';
import { BalanceList, ThroughputList, toBalance, toThroughput } from '../rest/figures.dto';
import { PageQuery, pageRequest, ReadQuery, toList, wholeList } from '../rest/paging';
import { PathId } from '../rest/path-id';
import { found, Problem } from '../rest/problem';
import { invalid } from '../rest/validation';
import { MintPurse } from './mint-purse';
import {
  MintPurseBody,
  PurseAnswerWire,
  PurseList,
  PursesQuery,
  PurseWire,
  toPurseAnswer,
} from './purse.dto';

@ApiTags('Purses')
@ApiExtraModels(MintPurseBody)
@Controller('v1')
export class PurseController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly assets: AssetRegistry,
    private readonly chains: ChainRegistry,
  ) {}

  @Post('customers/:id/purses')
  @Creates(
    PurseAnswerWire,
    'Give the customer a purse, or return the one they have',
    'customer-not-found',
    'family-not-available',
    'asset-unknown',
  )
  @ApiBody({
    schema: {
      allOf: [{ $ref: getSchemaPath(MintPurseBody) }],
      oneOf: [{ required: ['family'] }, { required: ['currency'] }],
    },
    examples: { family: { value: { family: 'evm' } }, currency: { value: { currency: 'ETH' } } },
  })
  async mintPurse(
    @Context() context: RequestContext,
    @PathId() customerId: string,
    @Body() body: MintPurseBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PurseAnswerWire> {
    const family = this.familyOf(body);
    const request = { family, outsideOrderId: body.outsideOrderId ?? null };
    const minted = await this.commands.execute(new MintPurse(context, customerId, request));
    answered(reply, minted, `/v1/purses/${minted.resource.id}`);
    return toPurseAnswer(minted);
  }

  @Get('customers/:id/purses')
  @Reads(PurseList, "The customer's purses", 'customer-not-found', 'invalid-cursor')
  async listCustomerPurses(
    @AccountId() accountId: string,
    @PathId() customerId: string,
    @Query() query: PageQuery,
  ): Promise<PurseList> {
    const [owner, page] = await Promise.all([
      this.queries.execute(new GetCustomer(accountId, customerId)),
      this.queries.execute(new ListPurses(accountId, { customerId }, pageRequest(query))),
    ]);
    found(owner, 'customer-not-found');
    return toList(page, (purse) => purse);
  }

  @Get('purses')
  @Reads(PurseList, "The account's purses", 'invalid-address', 'invalid-cursor')
  async listPurses(
    @AccountId() accountId: string,
    @Query() query: PursesQuery,
  ): Promise<PurseList> {
    const { customerId, status } = query;
    const address = query.address === undefined ? undefined : canonical(query.address);
    const filter = { customerId, address, status };
    const page = await this.queries.execute(new ListPurses(accountId, filter, pageRequest(query)));
    return toList(page, (purse) => purse);
  }

  @Get('purses/:id')
  @Reads(PurseWire, 'One purse', 'purse-not-found')
  async getPurse(
    @AccountId() accountId: string,
    @PathId() id: string,
    @Query() _: ReadQuery,
  ): Promise<PurseWire> {
    return found(await this.queries.execute(new GetPurse(accountId, id)), 'purse-not-found');
  }

  @Get('purses/:id/balances')
  @Reads(BalanceList, 'What is there now of what the purse received', 'purse-not-found')
  async getPurseBalances(
    @AccountId() accountId: string,
    @PathId() id: string,
    @Query() _: ReadQuery,
  ): Promise<BalanceList> {
    const figures = await this.queries.execute(new GetFigures(accountId, { kind: 'purse', id }));
    const entries = found(figures, 'purse-not-found');
    return wholeList(entries.map((entry) => toBalance(entry, this.assets)));
  }

  @Get('purses/:id/throughput')
  @Reads(ThroughputList, 'What the purse has ever received', 'purse-not-found')
  async getPurseThroughput(
    @AccountId() accountId: string,
    @PathId() id: string,
    @Query() _: ReadQuery,
  ): Promise<ThroughputList> {
    const figures = await this.queries.execute(new GetFigures(accountId, { kind: 'purse', id }));
    const entries = found(figures, 'purse-not-found');
    return wholeList(entries.map((entry) => toThroughput(entry, this.assets)));
  }

  /** A currency stands for the family of its chain. */
  private familyOf({ family, currency }: MintPurseBody): Family {
    if ((family === undefined) === (currency === undefined)) {
      const detail = 'Send either family or currency, and not both.';
      throw invalid([{ in: 'body', pointer: '', code: 'one-of', detail }]);
    }
    if (family !== undefined) return family;
    const asset = this.assets.findByCurrency(currency ?? '');
    const ofCurrency = asset === null ? null : this.chains.familyOf(asset.chain);
    if (ofCurrency !== null) return ofCurrency;
    throw new DomainError('asset-unknown', `There is no currency ${currency}; see GET /v1/assets.`);
  }
}

/** An address in the form in which purses are found, whatever its family. */
function canonical(address: string): string {
  for (const family of FAMILIES) {
    const found = canonicalAddress(family, address);
    if (found !== null) return found;
  }
  throw new Problem('invalid-address', 'This is no address, or its checksum is wrong.');
}
