import { type DynamicModule, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { AccountWallets } from '../account-wallets.env';
import { ApiKeys } from '../edge/api-keys';
import { DEFAULT_ACCOUNT_ID } from '../edge/identity';
import { IssueApiKey } from '../edge/keys';
import { systemContext } from '../edge/request-context';
import { LedgerEnv, mayAppend } from '../ledger.env';
import { AccountsController } from './accounts.controller';
import { ChangeAccount, ChangeAccountHandler } from './change-account';
import { GetAccountHandler, ListAccountsHandler } from './get-accounts';
import { OwnAccountController } from './own-account.controller';

/** Accounts, their policies and their API keys. */
@Module({})
export class AccountsModule implements OnApplicationBootstrap {
  constructor(
    private readonly env: LedgerEnv,
    private readonly commands: CommandBus,
    private readonly keys: ApiKeys,
  ) {}

  static forRoot(wallets: AccountWallets): DynamicModule {
    return {
      module: AccountsModule,
      global: true,
      controllers: [AccountsController, OwnAccountController],
      providers: [
        ChangeAccountHandler,
        GetAccountHandler,
        ListAccountsHandler,
        { provide: AccountWallets, useValue: wallets },
      ],
      exports: [AccountWallets],
    };
  }

  /** Opens the default account and issues the configured key, unless somebody has it already. */
  async onApplicationBootstrap(): Promise<void> {
    const { bootstrapApiKey: key } = this.env;
    if (key === undefined || !mayAppend(this.env)) return;
    const context = () => ({ ...systemContext(DEFAULT_ACCOUNT_ID), reason: 'first start' });
    const open = { type: 'OpenAccount', name: 'default', policy: {} } as const;
    await this.commands.execute(new ChangeAccount(context(), open));
    if (await this.keys.isIssued(key)) return;
    const owner = { kind: 'account', id: DEFAULT_ACCOUNT_ID } as const;
    await this.commands.execute(
      new IssueApiKey(context(), { owner, key, scopes: ['read', 'write'] }),
    );
  }
}
