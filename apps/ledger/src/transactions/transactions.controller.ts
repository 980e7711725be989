import { canonicalTransaction, familyOfChain, transactionForm } from '@daybook/chains';
import { DomainError } from '@daybook/domain';
import { Controller } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { AssetNames, assetIdOf, ChainRegistry } from '../chains';
import type { AccountCaller } from '../edge/caller';
import { Operation, type StreamControl } from '../edge/operation';
import { pageRequest } from '../edge/paging';
import type { RequestContext } from '../edge/request-context';
import { parseTime } from '../edge/time';
import { invalid } from '../edge/validation';
import type { EntryFilter } from './entry-pages';
import { TransactionExports } from './export-transactions';
import { GetTransaction, type NamedTransaction } from './get-transaction';
import { ListTransactions } from './list-transactions';
import { RescanTransaction } from './rescan-transaction';
import {
  ExportTransactionsRequest,
  GetTransactionRequest,
  ListTransactionsRequest,
  RescanTransactionRequest,
} from './transactions.dto';

@ApiTags('Transactions')
@Controller()
export class TransactionsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly chains: ChainRegistry,
    private readonly assets: AssetNames,
    private readonly exports: TransactionExports,
  ) {}

  @Operation({
    http: 'GET /v1/transactions',
    rpc: 'TransactionService/ListTransactions',
    scope: 'replenishments:read',
    refuses: ['asset-unknown', 'invalid-cursor', 'epoch-ended'],
  })
  async listTransactions({ accountId }: AccountCaller, request: ListTransactionsRequest) {
    const filter = await this.filterIn(request);
    const page = pageRequest(request);
    return this.queries.execute(new ListTransactions(accountId, { filter, page }));
  }

  @Operation({
    http: 'GET /v1/transactions/export',
    rpc: 'TransactionService/ExportTransactions',
    streams: 'TransactionEntry',
    scope: 'replenishments:read',
    refuses: ['asset-unknown', 'too-many-streams'],
  })
  async *exportTransactions(
    { accountId }: AccountCaller,
    request: ExportTransactionsRequest,
    { signal }: StreamControl,
  ) {
    const filter = await this.filterIn(request);
    yield* this.exports.parts({ accountId, filter, signal });
  }

  @Operation({
    http: 'GET /v1/chains/:chain/transactions/:hash',
    rpc: 'TransactionService/GetTransaction',
    scope: 'replenishments:read',
    waits: true,
    retriesAfter: 'retryAfterSeconds',
    refuses: ['chain-unknown'],
  })
  getTransaction({ accountId }: AccountCaller, request: GetTransactionRequest) {
    return this.queries.execute(new GetTransaction(accountId, this.named(request)));
  }

  @Operation({
    http: 'POST /v1/chains/:chain/transactions/:hash/rescan',
    rpc: 'TransactionService/RescanTransaction',
    scope: 'replenishments:write',
    refuses: ['chain-unknown'],
  })
  async rescanTransaction(context: RequestContext, request: RescanTransactionRequest) {
    const { chain, hash } = this.named(request);
    const { reason } = request;
    return this.commands.execute(new RescanTransaction(context, { chain, hash, reason }));
  }

  private async filterIn(request: ExportTransactionsRequest): Promise<EntryFilter> {
    const { type, status, customerId, asset, from, to } = request;
    return {
      ...{ type, status, customerId },
      asset: asset && assetIdOf(asset, await this.assets.now()),
      from: (from && parseTime(from)) ?? undefined,
      to: (to && parseTime(to)) ?? undefined,
    };
  }

  /** The canonical name of a transaction of a watched chain. Refuses with `chain-unknown`, `validation-failed`. */
  private named({ chain, hash: text }: GetTransactionRequest): NamedTransaction {
    const family = familyOfChain(chain);
    const { connections } = this.chains.registry;
    if (family === null || !connections.some((connection) => connection.chain === chain)) {
      throw new DomainError('chain-unknown', `${chain} is not watched here; see GET /v1/chains.`);
    }
    const hash = canonicalTransaction(family, text);
    if (hash !== null) return { chain, hash, family };
    const detail = `hash must be that of a transaction of ${chain}: ${transactionForm(family)}.`;
    throw invalid([{ in: 'path', pointer: 'hash', code: 'pattern', detail }]);
  }
}
