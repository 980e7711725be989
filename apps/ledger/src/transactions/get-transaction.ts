import { displayAddress } from '@daybook/chains';
import type { json, LookUpV1, MovementV1 } from '@daybook/contracts';
import type { Family } from '@daybook/domain';
import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import {
  AssetNames,
  ChainRegistry,
  confirmationsOf,
  type Head,
  Heads,
  Watches,
  type WatchOf,
} from '../chains';
import { type KnownAssets, toMoney } from '../edge/money';
import { AccountQuery } from '../edge/request-context';
import type { TransactionName } from './kept-look-ups';
import { type Heard, LookUps } from './look-ups';
import {
  type OwnPurse,
  type OwnRecord,
  ownPurses,
  ownRecords,
  USUAL_ORDINALS,
} from './own-records';
import { sentenceOf, whyNone } from './what-became';

/** A transaction with the family of its chain. */
export interface NamedTransaction extends TransactionName {
  readonly family: Family;
}

/** What a chain shows of a transaction, and what became of it for the account. Refuses with `rate-limited`. */
export class GetTransaction extends AccountQuery<NamedTransaction, json.Transaction> {}

/** What all movements of one answer have in common. */
interface Facts extends NamedTransaction {
  readonly lookUp: LookUpV1;
  readonly assets: KnownAssets;
  readonly head: Head | undefined;
  readonly purses: ReadonlyMap<string, OwnPurse>;
  readonly records: ReadonlyMap<string, OwnRecord>;
  readonly watchOf: WatchOf;
}

@QueryHandler(GetTransaction)
export class GetTransactionHandler implements IQueryHandler<GetTransaction> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly lookUps: LookUps,
    private readonly assets: AssetNames,
    private readonly chains: ChainRegistry,
    private readonly heads: Heads,
    private readonly watches: Watches,
  ) {}

  async execute({ accountId, request: name }: GetTransaction): Promise<json.Transaction> {
    const { chain, hash, family } = name;
    const heard = await this.lookUps.of(accountId, name);
    const lookUp = heard.lookUp ?? unheard(hash);
    const { block } = lookUp;
    const { number = null } = block ?? {};
    const shown = lookUp.movements;
    // Where the chain shows nothing, the account's own replenishments are all that is known. Where it shows the
    // transaction, it may not show what was moved by calls any more.
    const ordinals = shown.map(({ ordinal }) => ordinal);
    const wanted = isWhole(lookUp) ? ordinals : [...new Set([...ordinals, ...USUAL_ORDINALS])];
    const [assets, heads, watchOf, records, purses] = await Promise.all([
      this.assets.now(),
      this.heads.now(),
      this.watches.now(),
      ownRecords(this.dataSource, accountId, name, wanted),
      ownPurses(this.dataSource, accountId, family, addressesIn(shown)),
    ]);
    const others = [...records.values()].filter(
      ({ ordinal, blockNumber }) =>
        !ordinals.includes(ordinal) && (!isWhole(lookUp) || blockNumber === number),
    );
    const known =
      others.length === 0 ? purses : await this.pursesOf(accountId, name, [...shown, ...others]);
    const head = heads.get(chain);
    const facts = { ...name, lookUp, head, assets, purses: known, records, watchOf };
    const policy = this.chains.policyOf(chain, '');
    return {
      ...{ chain, hash, ...statusOf(heard) },
      block: block && { number: block.number, hash: block.hash, time: block.time },
      confirmations: confirmationsOf(number, head, policy),
      movements: [...shown, ...others].map((each) => this.movement(each, facts)),
      movementsLeft: lookUp.movementsLeft,
    };
  }

  private pursesOf(accountId: string, { family }: NamedTransaction, all: readonly MovementV1[]) {
    return ownPurses(this.dataSource, accountId, family, addressesIn(all));
  }

  private movement(movement: MovementV1, facts: Facts): json.Movement {
    const { family, chain, lookUp, head, assets, purses, records, watchOf } = facts;
    const { ordinal, asset, amount, from, to } = movement;
    const [purse, fromPurse] = [purses.get(to), purses.get(from)];
    const record = records.get(ordinal);
    const watches =
      purse === undefined ? [] : watchOf({ family, mintPosition: purse.mintPosition });
    const own = {
      isTo: purse !== undefined,
      isFrom: fromPurse !== undefined,
      isWatched: watches.some((watch) => watch.chain === chain && watch.watched),
    };
    const reason = record === undefined ? whyNone(own, lookUp, head) : record.reason;
    const block = lookUp.block?.number ?? record?.blockNumber ?? null;
    return {
      ordinal,
      direction: directionOf(own),
      money: toMoney({ asset, baseUnits: BigInt(amount) }, assets),
      from: displayAddress(family, from),
      to: displayAddress(family, to),
      purseId: purse?.id ?? null,
      fromPurseId: fromPurse?.id ?? null,
      replenishmentId: record?.id ?? null,
      replenishmentStatus: record?.status ?? null,
      reason,
      detail: sentenceOf(reason, record?.status),
      confirmations: confirmationsOf(
        block,
        head,
        this.chains.policyOf(chain, asset),
        record?.finality,
      ),
    };
  }
}

function unheard(transaction: string): LookUpV1 {
  return {
    ...{ transaction, status: 'unanswered', block: null, watch: null },
    ...{ head: null, finalized: null, movements: [], movementsLeft: 0 },
  };
}

/** Whether the movements that the chain shows are all that there are. */
function isWhole({ status, watch, movementsLeft }: LookUpV1): boolean {
  const isIncluded = status === 'included' || status === 'failed';
  return isIncluded && watch !== 'quarantined' && movementsLeft === 0;
}

function addressesIn(movements: readonly MovementV1[]): readonly string[] {
  return movements.flatMap(({ from, to }) => [from, to]);
}

function directionOf({ isTo, isFrom }: { isTo: boolean; isFrom: boolean }) {
  if (isTo) return isFrom ? 'internal' : 'in';
  return isFrom ? 'out' : null;
}

type Status = Pick<json.Transaction, 'status' | 'detail' | 'retryAfterSeconds'>;

/** When to ask again for what the chain did not say. */
const RETRY = { unanswered: 5, busy: 10, paused: 60 } as const;

const UNANSWERED =
  'The chain was not heard in time. What is listed is what Daybook knows by itself.';
const EARLIER = 'The chain was not heard in time. This is what it showed when you asked last.';

/** By the status of a look-up; one of later versions is no answer. */
const STATUSES: ReadonlyMap<string, Status> = new Map<string, Status>([
  ['included', { status: 'included', detail: null, retryAfterSeconds: null }],
  [
    'failed',
    {
      status: 'failed',
      detail: sentenceOf('transaction-failed'),
      retryAfterSeconds: null,
    },
  ],
  ['pending', { status: 'pending', detail: sentenceOf('pending'), retryAfterSeconds: null }],
  [
    'unknown',
    {
      status: 'unknown',
      detail:
        'No provider of the chain that answered knows the transaction. Check the hash and the chain; one that was sent just now may not be known yet.',
      retryAfterSeconds: null,
    },
  ],
  [
    'paused',
    {
      status: 'unanswered',
      detail: 'The chain is paused by the operators of Daybook, so it is not asked.',
      retryAfterSeconds: RETRY.paused,
    },
  ],
  [
    'busy',
    {
      status: 'unanswered',
      detail: 'Too many transactions of the chain are looked up at once.',
      retryAfterSeconds: RETRY.busy,
    },
  ],
]);

function statusOf({ lookUp, isCurrent }: Heard): Status {
  const retryAfterSeconds = RETRY.unanswered;
  const said = lookUp === null ? undefined : STATUSES.get(lookUp.status);
  if (said === undefined) return { status: 'unanswered', detail: UNANSWERED, retryAfterSeconds };
  // Nothing that such a block shows is believed, so no movement says it.
  if (isCurrent && lookUp?.watch === 'quarantined') {
    return { ...said, detail: sentenceOf('quarantined-block') };
  }
  return isCurrent ? said : { ...said, detail: EARLIER, retryAfterSeconds };
}
