import type { Health } from '@daybook/platform';
import { type DynamicModule, Module } from '@nestjs/common';
import { Registry } from 'prom-client';
import { ApiKeys } from '../account/api-keys';
import { ChainsController } from '../chains/chains.controller';
import { CustomerController } from '../customer/customer.controller';
import { EventsController } from '../events/events.controller';
import { PurseController } from '../purse/purse.controller';
import { ReplenishmentController } from '../replenishment/replenishment.controller';
import { IdempotencyKeys } from './idempotency';
import { HEALTH, ProbesController } from './probes.controller';

/** The REST edge of a ledger, which is a global module beside it. */
@Module({})
export class RestModule {
  static forRoot(health: Health, registry: Registry): DynamicModule {
    return {
      module: RestModule,
      controllers: [
        CustomerController,
        PurseController,
        ReplenishmentController,
        ChainsController,
        EventsController,
        ProbesController,
      ],
      providers: [
        { provide: HEALTH, useValue: health },
        { provide: Registry, useValue: registry },
        ApiKeys,
        IdempotencyKeys,
      ],
    };
  }
}
