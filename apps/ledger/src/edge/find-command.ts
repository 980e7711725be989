import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { CommandRow } from './command.row';

/** The first event of the request with this command id; null if there is none yet. */
export class FindCommand extends Query<Pick<CommandRow, 'stream' | 'fingerprint'> | null> {
  constructor(readonly commandId: string) {
    super();
  }
}

@QueryHandler(FindCommand)
export class FindCommandHandler implements IQueryHandler<FindCommand> {
  constructor(private readonly dataSource: DataSource) {}

  async execute({ commandId }: FindCommand): Promise<CommandRow | null> {
    return this.dataSource.getRepository(CommandRow).findOneBy({ commandId });
  }
}
