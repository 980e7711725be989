import { Module, type OnApplicationBootstrap, type OnModuleInit } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { ApiKeys, type KeptKey } from '../edge/api-keys';
import { DEFAULT_OPERATOR_NAME } from '../edge/identity';
import { systemContext } from '../edge/request-context';
import { scopesOf } from '../edge/scopes';
import { LedgerEnv } from '../ledger.env';
import { GetStatusHandler } from './get-status';
import { OperationsController } from './operations.controller';
import { OperatorKeyRow } from './operator.row';
import {
  AddOperator,
  AddOperatorHandler,
  IssueOperatorKey,
  IssueOperatorKeyHandler,
  ListOperatorKeysHandler,
  ListOperatorsHandler,
  RevokeOperatorKeyHandler,
} from './operators';
import { OperatorsController } from './operators.controller';
import { ListParkedKeysHandler, RetryParkedKeyHandler } from './parked-keys';

/** What operators ask and do. */
@Module({
  controllers: [OperationsController, OperatorsController],
  providers: [
    AddOperatorHandler,
    IssueOperatorKeyHandler,
    RevokeOperatorKeyHandler,
    ListOperatorsHandler,
    ListOperatorKeysHandler,
    GetStatusHandler,
    ListParkedKeysHandler,
    RetryParkedKeyHandler,
  ],
})
export class OperationsModule implements OnModuleInit, OnApplicationBootstrap {
  constructor(
    private readonly env: LedgerEnv,
    private readonly commands: CommandBus,
    private readonly dataSource: DataSource,
    private readonly keys: ApiKeys,
  ) {}

  onModuleInit(): void {
    this.keys.register('operator', (keyId) => this.findKey(keyId));
  }

  /** Makes sure that there is an operator and that the configured key is theirs. */
  async onApplicationBootstrap(): Promise<void> {
    const { operatorKey: key } = this.env;
    if (key === undefined) return;
    const add = new AddOperator(systemContext(''), DEFAULT_OPERATOR_NAME);
    const { id: operatorId } = (await this.commands.execute(add)).resource;
    const request = { operatorId, key, scopes: ['read', 'write'] };
    await this.commands.execute(new IssueOperatorKey(systemContext(''), request));
  }

  private async findKey(keyId: string): Promise<KeptKey | null> {
    const row = await this.dataSource.getRepository(OperatorKeyRow).findOneBy({ keyId });
    if (row === null || row.revoked) return null;
    const { operatorId, keyHash, expiresAt } = row;
    const scopes = scopesOf('operator', row.scopes);
    return { keyHash, expiresAt, caller: { kind: 'operator', operatorId, keyId, scopes } };
  }
}
