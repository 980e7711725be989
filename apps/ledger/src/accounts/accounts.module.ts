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
import { ChangeAccount, ChangeAccountHandler } from './change-account';
import { findApiKey } from './find-api-key';
import { ListAccountsHandler } from './list-accounts';

/** Accounts and their API keys. */
@Module({
  controllers: [AccountsController],
  providers: [
    ChangeAccountHandler,
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

  /** Opens the default account and issues the configured key, unless that was done before. */
  async onApplicationBootstrap(): Promise<void> {
    const { bootstrapApiKey: key } = this.env;
    if (key === undefined) return;
    const [context, policy] = [systemContext(DEFAULT_ACCOUNT_ID), { screening: false }];
    const open = { type: 'OpenAccount', name: 'default', policy } as const;
    await this.commands.execute(new ChangeAccount(context, open));
    const request = { key, scopes: ['read', 'write'] };
    await this.commands.execute(new IssueApiKey(systemContext(DEFAULT_ACCOUNT_ID), request));
  }
}
