import type { json } from '@daybook/contracts';
import {
  type Act,
  type Claimant,
  DomainError,
  type FindingCommand,
  type FindingEvent,
  finding,
  type KnownFinding,
  streamName,
  upcast,
} from '@daybook/domain';
import { EventStore, loadStates } from '@daybook/event-store';
import { CommandBus, CommandHandler, type ICommandHandler, QueryBus } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { GetCustody } from '../books';
import { AssetNames } from '../chains';
import { type Answer, CallerCommand, type RequestContext } from '../edge/request-context';
import { writeAs } from '../edge/write-as';
import { rowIn } from './findings.projection';
import { toResponse } from './get-findings';
import { recordedOf } from './judge-balances';

/** What an operator does about a finding. */
export interface Resolution extends Act {
  readonly id: string;
  readonly resolution: 'credit' | 'note' | 'rescan';
  readonly creditTo: Claimant | undefined;
  /** Base units. */
  readonly difference: string | undefined;
  readonly fromBlock: number | undefined;
  readonly toBlock: number | undefined;
}

/**
 * Resolves a finding of any account, or has its blocks matched again. Refuses with `validation-failed` and with
 * what the domain's `finding` and `watchRequest` refuse.
 */
export class ResolveFinding extends CallerCommand<Resolution, json.Finding> {}

/**
 * Asks the watcher of a chain to match blocks again. The feature of watch requests handles it, since it knows
 * the watchers. Its answer is the id of the request.
 */
export class RescanForFinding extends CallerCommand<
  {
    readonly chain: string;
    readonly from: number | null;
    readonly to: number | null;
    readonly reason: string;
  },
  { readonly id: string }
> {}

@CommandHandler(ResolveFinding)
export class ResolveFindingHandler implements ICommandHandler<ResolveFinding> {
  constructor(
    private readonly store: EventStore,
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly assets: AssetNames,
    private readonly dataSource: DataSource,
  ) {}

  async execute({ context, request }: ResolveFinding): Promise<Answer<json.Finding>> {
    const stream = streamName('finding', request.id);
    const known = (await loadStates(this.store, finding, [stream])).get(stream);
    if (known === undefined || known.status === 'absent') {
      throw new DomainError('finding-not-found', 'There is no finding with this id.');
    }
    const own = { ...context, accountId: known.accountId };
    const command = await this.commandFor(context, request, known);
    const answer = await writeAs(this.store, own, stream, finding, command, () => null);
    return { ...answer, resource: await this.resource(stream, answer.position) };
  }

  private async commandFor(
    context: RequestContext,
    request: Resolution,
    known: KnownFinding,
  ): Promise<FindingCommand> {
    const { reason, reference, creditTo: to, difference } = request;
    const act = { reason, reference };
    switch (request.resolution) {
      case 'note':
        return { type: 'NoteFinding', ...act };
      case 'credit': {
        if (to === undefined || difference === undefined) {
          throw new Error('A credit came without its fields, which its request class requires.');
        }
        // It waits until everything recorded before is in the read models.
        const custody = await this.queries.execute(new GetCustody(known.purseId, known.asset));
        const facts = { custody, difference: await this.differenceNow(request.id, known) };
        return { type: 'CreditFinding', ...act, to, difference, facts };
      }
      case 'rescan': {
        const from = request.fromBlock ?? known.fromBlock ?? known.toBlock;
        const toBlock = request.toBlock ?? known.toBlock;
        const { chain } = known;
        // The stream decides first: a repeat, and what it refuses, ask no watcher.
        const watchRequestId = context.commandId;
        const blocks = { watchRequestId, fromBlock: from ?? 0, toBlock };
        const command = { type: 'RequestFindingRescan', ...act, ...blocks } as const;
        if (finding.decide(command, known).length === 0) return command;
        const order = { chain, from, to: toBlock, reason };
        await this.commands.execute(new RescanForFinding({ ...context, accountId: '' }, order));
        return command;
      }
    }
  }

  /** The difference of the last balance by what is recorded by now; null if no balance is known. */
  private async differenceNow(
    id: string,
    { kind, chain, address, asset, corrected }: KnownFinding,
  ): Promise<bigint | null> {
    if (kind !== 'unexplained') return null;
    const [last] = await this.dataSource.query<Last[]>(LAST, [id]);
    if (last === undefined || last.onChain === null) return null;
    const at = { chain, address, asset, number: last.number };
    const record = (await recordedOf(this.dataSource, [at])).get(at);
    if (record === undefined) return null;
    return BigInt(last.onChain) - BigInt(record.recorded) - corrected;
  }

  /** From the event log, because the read models may not have the command yet. */
  private async resource(stream: string, position: bigint): Promise<json.Finding> {
    const history = (await this.store.readStream(stream))
      .filter((recorded) => recorded.position <= position)
      .map((recorded) => ({ recorded, event: upcast(recorded) as FindingEvent }));
    return toResponse(rowIn(history), await this.assets.now());
  }
}

/** The last observation of a balance. */
interface Last {
  readonly number: number;
  /** Null where an earlier version stored it. */
  readonly onChain: string | null;
}

const LAST = `
  SELECT block_number::float8 AS number, on_chain::text AS "onChain"
    FROM ledger.reconciliation WHERE finding_id = $1`;
