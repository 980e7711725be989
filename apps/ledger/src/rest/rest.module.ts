import type { Health } from '@daybook/platform';
import { type DynamicModule, Module } from '@nestjs/common';
import { Registry } from 'prom-client';
import { ApiKeys } from '../accounts/api-keys';
import { ChainsApi } from '../chains/chains.api';
import { ChainsController } from '../chains/chains.controller';
import { CustomerApi } from '../customers/customers.api';
import { CustomerController } from '../customers/customers.controller';
import { IdempotencyKeys } from '../edge/idempotency';
import { type Quota, RateLimit } from '../edge/rate-limit';
import { EventsApi } from '../events/events.api';
import { EventsController } from '../events/events.controller';
import { PurseApi } from '../purses/purses.api';
import { PurseController } from '../purses/purses.controller';
import { ReplenishmentApi } from '../replenishments/replenishments.api';
import { ReplenishmentController } from '../replenishments/replenishments.controller';
import { HEALTH, ProbesController } from './probes.controller';

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
