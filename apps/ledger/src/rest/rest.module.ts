import type { Health } from '@daybook/platform';
import { type DynamicModule, Module } from '@nestjs/common';
import { Registry } from 'prom-client';
import { HEALTH, ProbesController } from './probes.controller';

/** The REST routes that are not operations: probes and metrics. */
@Module({})
export class RestModule {
  static forRoot(health: Health, registry: Registry): DynamicModule {
    return {
      module: RestModule,
      controllers: [ProbesController],
      providers: [
        { provide: HEALTH, useValue: health },
        { provide: Registry, useValue: registry },
      ],
    };
  }
}
