import { EventStore } from '@daybook/event-store';
import { Module, type OnModuleInit } from '@nestjs/common';
import { hasRole, LedgerEnv } from '../ledger.env';
import { applyErasures } from '../vault/apply-erasures';
import { LookupKeys } from '../vault/lookup-keys';
import { Vault } from '../vault/vault';
import { ChangeCustomerHandler } from './change-customer';
import { CreateCustomerHandler } from './create-customer';
import { CustomersController } from './customers.controller';
import { EraseCustomerHandler } from './erase-customer';
import { GetCustomerHandler, ListCustomersHandler } from './get-customers';
import { UnkeyedCustomers } from './unkeyed-customers';

/** An account's customers. */
@Module({
  controllers: [CustomersController],
  providers: [
    CreateCustomerHandler,
    ChangeCustomerHandler,
    EraseCustomerHandler,
    GetCustomerHandler,
    ListCustomersHandler,
    UnkeyedCustomers,
  ],
})
export class CustomersModule implements OnModuleInit {
  constructor(
    private readonly env: LedgerEnv,
    private readonly store: EventStore,
    private readonly vault: Vault,
    private readonly lookups: LookupKeys,
  ) {}

  /** Before the first request is taken, so that none is answered with what was erased. */
  async onModuleInit(): Promise<void> {
    if (!hasRole(this.env, 'api')) return;
    await this.vault.requireKnownKeys(this.lookups.keyring);
    await applyErasures(this.store, this.vault);
  }
}
