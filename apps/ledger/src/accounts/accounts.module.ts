import { EventStore } from '@daybook/event-store';
import { Module, type OnApplicationBootstrap, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ApiKeys } from '../edge/api-keys';
import { LedgerEnv } from '../ledger.env';
import { ChangeAccountPolicyHandler } from './change-account-policy';
import { findApiKey } from './find-api-key';
import { openDefaultAccount } from './open-default-account';

/** Accounts and the keys that open them. */
@Module({ providers: [ChangeAccountPolicyHandler] })
export class AccountsModule implements OnModuleInit, OnApplicationBootstrap {
  constructor(
    private readonly env: LedgerEnv,
    private readonly store: EventStore,
    private readonly dataSource: DataSource,
    private readonly keys: ApiKeys,
  ) {}

  onModuleInit(): void {
    this.keys.register('account', (keyId) => findApiKey(this.dataSource, keyId));
  }

  async onApplicationBootstrap(): Promise<void> {
    const { bootstrapApiKey } = this.env;
    if (bootstrapApiKey !== undefined) await openDefaultAccount(this.store, bootstrapApiKey);
  }
}
