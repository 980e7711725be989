import { type DynamicModule, Module } from '@nestjs/common';
import { ApiKeys } from './api-keys';
import { Moments } from './as-of';
import { IdempotencyKeys } from './idempotency';
import { IssueApiKeyHandler, ListApiKeysHandler, RevokeApiKeyHandler } from './keys';
import { Positions } from './positions';
import { Calls } from './prepare';
import { type Quota, RateLimit } from './rate-limit';

/** What REST and gRPC share. */
@Module({})
export class EdgeModule {
  static forRoot(quota: Quota): DynamicModule {
    return {
      module: EdgeModule,
      global: true,
      providers: [
        { provide: RateLimit, useValue: new RateLimit(quota) },
        ApiKeys,
        Calls,
        IdempotencyKeys,
        IssueApiKeyHandler,
        ListApiKeysHandler,
        RevokeApiKeyHandler,
        Moments,
        Positions,
      ],
      exports: [ApiKeys, Calls, Moments],
    };
  }
}
