import { operator, streamName } from '@daybook/domain';
import { EventStore } from '@daybook/event-store';
import {
  CommandHandler,
  type ICommandHandler,
  type IQueryHandler,
  Query,
  QueryHandler,
} from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { operatorIdOf } from '../edge/identity';
import { type Answer, CallerCommand } from '../edge/request-context';
import { writeAs } from '../edge/write-as';

export interface Operator {
  readonly id: string;
  readonly name: string;
}

/** Adds the operator with this name, or returns the one who exists. */
export class AddOperator extends CallerCommand<Pick<Operator, 'name'>, Operator> {}

@CommandHandler(AddOperator)
export class AddOperatorHandler implements ICommandHandler<AddOperator> {
  constructor(private readonly store: EventStore) {}

  execute({ context, request: { name } }: AddOperator): Promise<Answer<Operator>> {
    const id = operatorIdOf(name);
    const command = { type: 'AddOperator', name } as const;
    const toOperator = (state: Pick<Operator, 'name'>) => ({ id, name: state.name });
    return writeAs(this.store, context, streamName('operator', id), operator, command, toOperator);
  }
}

/** All operators, by name. */
export class ListOperators extends Query<readonly Operator[]> {}

@QueryHandler(ListOperators)
export class ListOperatorsHandler implements IQueryHandler<ListOperators> {
  constructor(private readonly dataSource: DataSource) {}

  execute(): Promise<readonly Operator[]> {
    return this.dataSource.query('SELECT id, name FROM ledger.operator ORDER BY name');
  }
}
