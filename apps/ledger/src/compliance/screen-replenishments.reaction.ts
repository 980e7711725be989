import { idOf, netAmount, replenishment, streamName } from '@daybook/domain';
import { EventStore, type HappenedTo, happenedAt, loadStates } from '@daybook/event-store';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { systemContext } from '../edge/request-context';
import { LedgerEnv } from '../ledger.env';
import type { DueTimes, Later } from '../reactions/due-times';
import { type DueNow, type Reaction, Reactions } from '../reactions/reactions';
import { ResolveCompliance } from '../replenishments';
import { BackgroundWork } from '../runtime/background-work';
import { CircuitOpen, OPEN_MS } from './circuit';
import type { Screening } from './screening';
import { screeningOf } from './screening-of';
import { knownVerdict, storeVerdict } from './verdicts';

const NOT_ASKED = 'The compliance service fails. It is asked again later.';

/**
 * Has each replenishment in review decided by what is configured. What that leaves to people, and what it cannot tell
 * now, stays in review: nothing is credited by default. The decision is about the block and amount that were looked at,
 * and its id follows from them, so repetitions and several processes have one effect.
 *
 * Rows have the ids of replenishments.
 */
@Injectable()
export class ScreenReplenishments implements Reaction<'replenishment'>, OnModuleInit {
  readonly name = 'screen-replenishments';
  readonly kinds = ['replenishment'] as const;
  private readonly screening: Screening;

  constructor(
    env: LedgerEnv,
    private readonly reactions: Reactions,
    private readonly store: EventStore,
    private readonly work: BackgroundWork,
    private readonly commands: CommandBus,
  ) {
    this.screening = screeningOf(env);
  }

  onModuleInit(): void {
    this.reactions.register(this);
  }

  async schedule(batch: readonly HappenedTo<'replenishment'>[], dueTimes: DueTimes): Promise<void> {
    const due = new Map<string, string>();
    for (const { event, recorded } of batch) {
      if (event.type !== 'ComplianceCheckStarted') continue;
      due.set(idOf(recorded.stream), happenedAt(recorded));
    }
    await dueTimes.set(Array.from(due, ([key, dueAt]) => ({ key, dueAt })));
  }

  async act(due: DueNow): Promise<Later | null> {
    try {
      await this.screen(due.key);
      return null;
    } catch (error) {
      if (!(error instanceof CircuitOpen)) throw error;
      // Not a failure of this row, so it waits no longer than the circuit is open.
      return { dueAt: new Date(Date.parse(due.now) + OPEN_MS).toISOString(), because: NOT_ASKED };
    }
  }

  private async screen(replenishmentId: string): Promise<void> {
    const stream = streamName('replenishment', replenishmentId);
    const state = (await loadStates(this.store, replenishment, [stream])).get(stream);
    if (state === undefined || state.status !== 'screening' || state.block === null) return;
    const { parties, transfer, block, version } = state;
    const asked = { replenishmentId, parties, transfer, block };
    const { mode } = this.screening;
    const dataSource = this.work.databases.ofRole('reactions');
    let decision = mode === 'manual' ? null : await knownVerdict(dataSource, asked);
    if (decision === null) {
      const verdict = await this.screening.check(asked);
      // It waits for a person.
      if (verdict === 'review') return;
      decision = { mode, ...verdict };
      await storeVerdict(dataSource, asked, decision);
    }
    const commandId = `screen:${version}:${decision.verdict}`;
    const context = { ...systemContext(parties.accountId), commandId };
    const checked = { blockHash: block.hash, amount: `${netAmount(transfer)}` };
    const request = { id: replenishmentId, decision, checked };
    await this.commands.execute(new ResolveCompliance(context, request));
  }
}
