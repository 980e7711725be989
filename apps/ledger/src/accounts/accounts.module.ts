import { EventStore } from '@daybook/event-store';
import { Module, type OnApplicationBootstrap } from '@nestjs/common';
import { LedgerEnv } from '../ledger.env';
import { ApiKeys } from './api-keys';
import { ChangeAccountPolicyHandler } from './change-account-policy';
import { FindApiKeyHandler } from './find-api-key';
import { openDefaultAccount } from './open-default-account';

/** Accounts and the keys that open them. */
@Module({ providers: [ApiKeys, ChangeAccountPolicyHandler, FindApiKeyHandler], exports: [ApiKeys] })
export class AccountsModule implements OnApplicationBootstrap {
  constructor(
    private readonly env: LedgerEnv,
    private readonly store: EventStore,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { bootstrapApiKey } = this.env;
    if (bootstrapApiKey !== undefined) await openDefaultAccount(this.store, bootstrapApiKey);
  }
}
