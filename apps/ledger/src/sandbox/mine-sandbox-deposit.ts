import type { json } from '@daybook/contracts';
import { sandboxDeposit, streamName } from '@daybook/domain';
import { EventStore } from '@daybook/event-store';
import { CommandHandler, type ICommandHandler, QueryBus } from '@nestjs/cqrs';
import { ChainRegistry } from '../chains';
import { type Answer, CallerCommand } from '../edge/request-context';
import { writeAs } from '../edge/write-as';
import { GetSandboxDeposit } from './get-sandbox-deposit';
import { requireSandbox } from './sandbox-chains';

/**
 * Asks the watcher for blocks until a deposit, by its id, is final. One for which blocks are made anyway is not
 * changed. Refuses with `sandbox-unavailable`, `sandbox-deposit-not-found`.
 */
export class MineSandboxDeposit extends CallerCommand<string, json.SandboxDeposit> {}

@CommandHandler(MineSandboxDeposit)
export class MineSandboxDepositHandler implements ICommandHandler<MineSandboxDeposit> {
  constructor(
    private readonly store: EventStore,
    private readonly queries: QueryBus,
    private readonly chains: ChainRegistry,
  ) {}

  async execute({
    context,
    request: id,
  }: MineSandboxDeposit): Promise<Answer<json.SandboxDeposit>> {
    requireSandbox(this.chains);
    const { accountId } = context;
    const stream = streamName('sandbox', id);
    const command = { type: 'MineSandboxDeposit', accountId } as const;
    const answer = await writeAs(this.store, context, stream, sandboxDeposit, command, () => null);
    const resource = await this.queries.execute(new GetSandboxDeposit(accountId, id));
    return { ...answer, resource };
  }
}
