import type { json } from '@daybook/contracts';
import { streamName, watchRequest } from '@daybook/domain';
import { EventStore } from '@daybook/event-store';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { rescanIdOf } from '../edge/identity';
import { RateLimit } from '../edge/rate-limit';
import { type Answer, CallerCommand } from '../edge/request-context';
import { writeAs } from '../edge/write-as';
import type { TransactionName } from './kept-look-ups';

/** A rescan takes seconds. Within this time a second one of the same transaction would find nothing new. */
const SAME_MS = 10 * 60_000;
/** New rescans of an account: each fetches and matches a block again. */
const QUOTA = { requests: 20, windowSeconds: 600 };
/** A block or two. */
const BLOCKS_MAX = 2;

/**
 * Requests that the block of a transaction is matched again, like an operator's rescan of it. The answer says how far
 * it is, and nothing of what it found: the block may pay others. Refuses with `rate-limited`.
 */
export class RescanTransaction extends CallerCommand<
  TransactionName & { readonly reason: string },
  json.TransactionRescan
> {}

@CommandHandler(RescanTransaction)
export class RescanTransactionHandler implements ICommandHandler<RescanTransaction> {
  private readonly quota = new RateLimit(QUOTA, Date.now, {
    name: 'rescans',
    of: 'the account for rescans',
  });

  constructor(
    private readonly store: EventStore,
    private readonly dataSource: DataSource,
  ) {}

  async execute({
    context,
    request: { chain, hash, reason },
  }: RescanTransaction): Promise<Answer<json.TransactionRescan>> {
    const { accountId, claim, commandId } = context;
    const slot = Math.floor(Date.now() / SAME_MS);
    // A repeat with the same key has the same command id, and so the same stream.
    const id = claim === undefined ? rescanIdOf(accountId, chain, hash, slot) : commandId;
    const stream = streamName('watch', id);
    const [before] = await this.store.readStream(stream);
    if (before === undefined) this.quota.take(accountId);
    const answer = await writeAs(
      this.store,
      context,
      stream,
      watchRequest,
      {
        ...{ type: 'RequestWatch', chain, kind: 'rescan', from: null, to: null },
        ...{ transaction: hash, blocksMax: BLOCKS_MAX, reason, facts: { latest: null } },
      } as const,
      ({ status }) => status,
    );
    const isCancelled = answer.resource === 'cancelled';
    const state = isCancelled ? 'cancelled' : await this.stateOf(id);
    return { ...answer, resource: { id, chain, hash, state } };
  }

  private async stateOf(id: string): Promise<json.TransactionRescan['state']> {
    const sql = 'SELECT state FROM ledger.watch_report WHERE request_id = $1';
    const [report]: { state: json.TransactionRescan['state'] }[] = await this.dataSource.query(
      sql,
      [id],
    );
    return report?.state ?? 'waiting';
  }
}
