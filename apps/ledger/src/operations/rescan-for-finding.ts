import { CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Answer } from '../edge/request-context';
import { RescanForFinding } from '../findings';
import { RequestWatch } from './watch-requests';

/** Requests a rescan for an operator who looks into a finding. Refuses as `RequestWatch`. */
@CommandHandler(RescanForFinding)
export class RescanForFindingHandler implements ICommandHandler<RescanForFinding> {
  constructor(private readonly commands: CommandBus) {}

  execute({ context, request }: RescanForFinding): Promise<Answer<{ readonly id: string }>> {
    const order = { kind: 'rescan', transaction: null, blocksMax: undefined } as const;
    return this.commands.execute(new RequestWatch(context, { ...order, ...request }));
  }
}
