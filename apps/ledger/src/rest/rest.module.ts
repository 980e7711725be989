import type { Health } from '@daybook/platform';
import { type DynamicModule, Module } from '@nestjs/common';
import { Registry } from 'prom-client';
import { ApiKeys } from '../account/api-keys';
import { ChainsApi } from '../chains/chains.api';
import { ChainsController } from '../chains/chains.controller';
import { CustomerApi } from '../customer/customer.api';
import { CustomerController } from '../customer/customer.controller';
import { EventsApi } from '../events/events.api';
import { EventsController } from '../events/events.controller';
import { PurseApi } from '../purse/purse.api';
import { PurseController } from '../purse/purse.controller';
import { ReplenishmentApi } from '../replenishment/replenishment.api';
import { ReplenishmentController } from '../replenishment/replenishment.controller';
import { IdempotencyKeys } from './idempotency';
import { HEALTH, ProbesController } from './probes.controller';
import { type Quota, RateLimit } from './rate-limit';

/** The REST edge of a ledger, which is a global module beside it. */
@Module({})
export class RestModule {
  static forRoot(health: Health, registry: Registry, quota: Quota): DynamicModule {
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
        { provide: RateLimit, useValue: new RateLimit(quota) },
        ApiKeys,
        IdempotencyKeys,
        CustomerApi,
        PurseApi,
        ReplenishmentApi,
        ChainsApi,
        EventsApi,
      ],
    };
  }
}
