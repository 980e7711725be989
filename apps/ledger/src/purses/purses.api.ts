import { canonicalAddress } from '@daybook/chains';
import { DomainError, FAMILIES, type Family } from '@daybook/domain';
import { Injectable } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { figuresOf } from '../books/figures';
import {
  type BalanceList,
  type ThroughputList,
  toBalance,
  toThroughput,
} from '../books/figures.dto';
import { AssetRegistry } from '../chains/asset-registry';
import { ChainRegistry } from '../chains/chain-registry';
import { Watches } from '../chains/watches';
import { GetCustomer } from '../customers/get-customers';
import { type AsOfQuery, resolveAsOf } from '../edge/as-of';
import { type PageQuery, pageRequest, toList } from '../edge/paging';
import { found, Problem } from '../edge/problem';
import type { RequestContext } from '../edge/request-context';
import { invalid } from '../edge/validation';
import type { Answered } from '../rest/answer';
import { GetPurse, ListPurses } from './get-purses';
import { MintPurse } from './mint-purse';
import {
  type MintPurseBody,
  type PurseAnswerWire,
  type PurseList,
  type PursesQuery,
  type PurseWire,
  toPurse,
  toPurseAnswer,
} from './purses.dto';

/** What clients can do with purses, whichever edge they come in by. */
@Injectable()
export class PurseApi {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly assets: AssetRegistry,
    private readonly chains: ChainRegistry,
    private readonly watches: Watches,
  ) {}

  async mint(
    context: RequestContext,
    customerId: string,
    body: MintPurseBody,
  ): Promise<Answered<PurseAnswerWire>> {
    const request = { family: this.familyOf(body), outsideOrderId: body.outsideOrderId ?? null };
    const minted = await this.commands.execute(new MintPurse(context, customerId, request));
    return { ...minted, wire: toPurseAnswer(minted, await this.watches.now()) };
  }

  async listOfCustomer(
    accountId: string,
    customerId: string,
    query: PageQuery,
  ): Promise<PurseList> {
    const [owner, page, watchOf] = await Promise.all([
      this.queries.execute(new GetCustomer(accountId, customerId)),
      this.queries.execute(new ListPurses(accountId, { customerId }, pageRequest(query))),
      this.watches.now(),
    ]);
    found(owner, 'customer-not-found');
    return toList(page, (purse) => toPurse(purse, watchOf));
  }

  async list(accountId: string, query: PursesQuery): Promise<PurseList> {
    const { customerId, status } = query;
    const address = query.address === undefined ? undefined : canonical(query.address);
    const filter = { customerId, address, status };
    const [page, watchOf] = await Promise.all([
      this.queries.execute(new ListPurses(accountId, filter, pageRequest(query))),
      this.watches.now(),
    ]);
    return toList(page, (purse) => toPurse(purse, watchOf));
  }

  async get(accountId: string, id: string, query: AsOfQuery = {}): Promise<PurseWire> {
    const asOf = await resolveAsOf(this.queries, query);
    const [purse, watchOf] = await Promise.all([
      this.queries.execute(new GetPurse(accountId, id, asOf)),
      this.watches.now(),
    ]);
    return toPurse(found(purse, 'purse-not-found'), watchOf);
  }

  balances(accountId: string, id: string, query: AsOfQuery = {}): Promise<BalanceList> {
    const owner = { kind: 'purse', id } as const;
    return figuresOf(this.queries, accountId, owner, query, (f) => toBalance(f, this.assets));
  }

  throughput(accountId: string, id: string, query: AsOfQuery = {}): Promise<ThroughputList> {
    const owner = { kind: 'purse', id } as const;
    return figuresOf(this.queries, accountId, owner, query, (f) => toThroughput(f, this.assets));
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
