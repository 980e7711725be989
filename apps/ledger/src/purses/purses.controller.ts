import { Body, Controller, Get, Post, Query, Res } from '@nestjs/common';
import { ApiBody, ApiExtraModels, ApiTags, getSchemaPath } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { BalanceList, ThroughputList } from '../books/figures.dto';
import { AS_OF_PROBLEMS, AsOfQuery } from '../edge/as-of';
import { Creates, Reads } from '../edge/describe';
import { PageQuery } from '../edge/paging';
import type { RequestContext } from '../edge/request-context';
import { answered } from '../rest/answer';
import { AccountId, Context } from '../rest/context';
import { PathId } from '../rest/path-id';
import { PurseApi } from './purses.api';
import { MintPurseBody, PurseAnswerWire, PurseList, PursesQuery, PurseWire } from './purses.dto';

@ApiTags('Purses')
@ApiExtraModels(MintPurseBody)
@Controller('v1')
export class PurseController {
  constructor(private readonly api: PurseApi) {}

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
    const minted = await this.api.mint(context, customerId, body);
    answered(reply, minted, `/v1/purses/${minted.wire.id}`);
    return minted.wire;
  }

  @Get('customers/:id/purses')
  @Reads(PurseList, "The customer's purses", 'customer-not-found', 'invalid-cursor')
  async listCustomerPurses(
    @AccountId() accountId: string,
    @PathId() customerId: string,
    @Query() query: PageQuery,
  ): Promise<PurseList> {
    return this.api.listOfCustomer(accountId, customerId, query);
  }

  @Get('purses')
  @Reads(PurseList, "The account's purses", 'invalid-address', 'invalid-cursor')
  async listPurses(
    @AccountId() accountId: string,
    @Query() query: PursesQuery,
  ): Promise<PurseList> {
    return this.api.list(accountId, query);
  }

  @Get('purses/:id')
  @Reads(PurseWire, 'One purse', 'purse-not-found', ...AS_OF_PROBLEMS)
  async getPurse(
    @AccountId() accountId: string,
    @PathId() id: string,
    @Query() query: AsOfQuery,
  ): Promise<PurseWire> {
    return this.api.get(accountId, id, query);
  }

  @Get('purses/:id/balances')
  @Reads(
    BalanceList,
    'What is there now of what the purse received',
    'purse-not-found',
    ...AS_OF_PROBLEMS,
  )
  async getPurseBalances(
    @AccountId() accountId: string,
    @PathId() id: string,
    @Query() query: AsOfQuery,
  ): Promise<BalanceList> {
    return this.api.balances(accountId, id, query);
  }

  @Get('purses/:id/throughput')
  @Reads(ThroughputList, 'What the purse has ever received', 'purse-not-found', ...AS_OF_PROBLEMS)
  async getPurseThroughput(
    @AccountId() accountId: string,
    @PathId() id: string,
    @Query() query: AsOfQuery,
  ): Promise<ThroughputList> {
    return this.api.throughput(accountId, id, query);
  }
}
