import type { json } from '@daybook/contracts';
import {
  fold,
  type SandboxDepositEvent,
  sandboxDeposit,
  streamName,
  upcast,
} from '@daybook/domain';
import { EventStore, type RecordedEvent } from '@daybook/event-store';
import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { AssetNames } from '../chains';
import { toMoney } from '../edge/money';
import { found } from '../edge/problem';
import { AccountQuery } from '../edge/request-context';
import { ownRecords, USUAL_ORDINALS } from '../transactions';

/**
 * One deposit of the sandbox by its id, from the event log, because the read models do not have it. Refuses with
 * `sandbox-deposit-not-found`.
 */
export class GetSandboxDeposit extends AccountQuery<string, json.SandboxDeposit> {}

/** What was requested, and by which event; null if the stream is empty. */
export function depositIn(history: readonly RecordedEvent[]) {
  const [first] = history;
  const state = fold(sandboxDeposit, history.map(upcast) as SandboxDepositEvent[]);
  return first === undefined || state.status === 'absent' ? null : { first, state };
}

/** The watcher's last report. */
interface Report {
  readonly state: 'waiting' | 'running' | 'done' | 'refused' | 'cancelled';
  readonly txHash: string | null;
  readonly refusal: string | null;
}

const REPORT = `
  SELECT state, tx_hash AS "txHash", reason AS refusal FROM ledger.watch_report WHERE request_id = $1`;

const STATES = {
  waiting: 'asked',
  running: 'sent',
  done: 'done',
  refused: 'failed',
  cancelled: 'failed',
} as const satisfies Record<Report['state'], json.SandboxDeposit['state']>;

@QueryHandler(GetSandboxDeposit)
export class GetSandboxDepositHandler implements IQueryHandler<GetSandboxDeposit> {
  constructor(
    private readonly store: EventStore,
    private readonly dataSource: DataSource,
    private readonly names: AssetNames,
  ) {}

  async execute({ accountId, request: id }: GetSandboxDeposit): Promise<json.SandboxDeposit> {
    const deposit = depositIn(await this.store.readStream(streamName('sandbox', id)));
    const isOwn = deposit !== null && deposit.state.accountId === accountId;
    const { first, state } = found(isOwn ? deposit : null, 'sandbox-deposit-not-found');
    const { customerId, purseId, chain, asset, amount, scenario, isMineRequested } = state;
    const [report] = await this.dataSource.query<Report[]>(REPORT, [id]);
    const txHash = report?.txHash ?? null;
    return {
      ...{ id, purseId, customerId, chain, scenario, mineRequested: isMineRequested },
      money: toMoney({ asset, baseUnits: BigInt(amount) }, await this.names.now()),
      state: report === undefined ? 'asked' : STATES[report.state],
      ...{ txHash, refusal: report?.refusal ?? null },
      replenishmentId: txHash && (await this.replenishmentOf(state, txHash)),
      requestedAt: new Date(first.recordedAt).toISOString(),
    };
  }

  /** Null while the transfer was not recorded. */
  private async replenishmentOf(
    { accountId, chain, address, asset }: NonNullable<ReturnType<typeof depositIn>>['state'],
    hash: string,
  ): Promise<string | null> {
    const records = await ownRecords(this.dataSource, accountId, { chain, hash }, USUAL_ORDINALS);
    const own = [...records.values()].find((it) => it.to === address && it.asset === asset);
    return own?.id ?? null;
  }
}
