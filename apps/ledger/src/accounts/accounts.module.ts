import { Module, type OnApplicationBootstrap, type OnModuleInit } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { ApiKeys } from '../edge/api-keys';
import { DEFAULT_ACCOUNT_ID } from '../edge/identity';
import { systemContext } from '../edge/request-context';
import { LedgerEnv } from '../ledger.env';
import { AccountsController } from './accounts.controller';
import {
  IssueApiKey,
  IssueApiKeyHandler,
  ListApiKeysHandler,
  RevokeApiKeyHandler,
} from './api-keys';
import { ChangeAccountPolicyHandler } from './change-account-policy';
import { findApiKey } from './find-api-key';
import { ListAccountsHandler } from './list-accounts';
import { OpenAccount, OpenAccountHandler } from './open-account';

/** Accounts and the keys that open them. */
@Module({
  controllers: [AccountsController],
  providers: [
    OpenAccountHandler,
    ChangeAccountPolicyHandler,
    IssueApiKeyHandler,
    RevokeApiKeyHandler,
    ListApiKeysHandler,
    ListAccountsHandler,
  ],
})
export class AccountsModule implements OnModuleInit, OnApplicationBootstrap {
  constructor(
    private readonly env: LedgerEnv,
    private readonly commands: CommandBus,
    private readonly dataSource: DataSource,
    private readonly keys: ApiKeys,
  ) {}

  onModuleInit(): void {
    this.keys.register('account', (keyId) => findApiKey(this.dataSource, keyId));
  }

  /** Makes sure that the default account exists and that the configured key opens it. */
  async onApplicationBootstrap(): Promise<void> {
    const { bootstrapApiKey: key } = this.env;
    if (key === undefined) return;
    const open = new OpenAccount(systemContext(DEFAULT_ACCOUNT_ID), 'default');
    await this.commands.execute(open);
    const request = { key, scopes: ['read', 'write'] };
    await this.commands.execute(new IssueApiKey(systemContext(DEFAULT_ACCOUNT_ID), request));
  }
}
