import { canonicalTransaction, familyOfChain, transactionForm } from '@daybook/chains';
import { DomainError } from '@daybook/domain';
import { Controller } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { ChainRegistry } from '../chains';
import type { AccountCaller } from '../edge/caller';
import { Operation } from '../edge/operation';
import type { RequestContext } from '../edge/request-context';
import { invalid } from '../edge/validation';
import { GetTransaction, type NamedTransaction } from './get-transaction';
import { RescanTransaction } from './rescan-transaction';
import { GetTransactionRequest, RescanTransactionRequest } from './transactions.dto';

@ApiTags('Transactions')
@Controller()
export class TransactionsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly chains: ChainRegistry,
  ) {}

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
