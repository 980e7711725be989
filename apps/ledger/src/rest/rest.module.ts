import type { Health } from '@daybook/platform';
import { type DynamicModule, Module } from '@nestjs/common';
import { Registry } from 'prom-client';
import { type Quota, RateLimit } from '../edge/rate-limit';
import { HEALTH, ProbesController } from './probes.controller';

/** The REST edge of a ledger, which is a global module beside it. */
@Module({})
export class RestModule {
  static forRoot(health: Health, registry: Registry, quota: Quota): DynamicModule {
    return {
      module: RestModule,
      controllers: [ProbesController],
      providers: [
        { provide: HEALTH, useValue: health },
        { provide: Registry, useValue: registry },
        { provide: RateLimit, useValue: new RateLimit(quota) },
      ],
    };
  }
}
