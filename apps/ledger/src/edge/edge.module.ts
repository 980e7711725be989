import { type DynamicModule, Module } from '@nestjs/common';
import { ApiKeys } from './api-keys';
import { Moments } from './as-of';
import { Authentication, type AuthenticationOptions } from './authentication';
import { IdempotencyKeys } from './idempotency';
import { IssueApiKeyHandler, RevokeApiKeyHandler, RotateApiKeyHandler } from './keys';
import { KeysForgotten } from './keys-forgotten';
import { ListApiKeysHandler } from './keys-in-log';
import { Positions } from './positions';
import { Calls } from './prepare';
import { type Quota, RateLimit } from './rate-limit';

/** What REST and gRPC share. */
@Module({})
export class EdgeModule {
  static forRoot(quota: Quota, authentication: AuthenticationOptions): DynamicModule {
    return {
      module: EdgeModule,
      global: true,
      providers: [
        { provide: RateLimit, useValue: new RateLimit(quota) },
        ApiKeys,
        {
          provide: Authentication,
          inject: [ApiKeys],
          useFactory: (keys: ApiKeys) => new Authentication(keys, authentication),
        },
        Calls,
        IdempotencyKeys,
        IssueApiKeyHandler,
        ListApiKeysHandler,
        RevokeApiKeyHandler,
        RotateApiKeyHandler,
        KeysForgotten,
        Moments,
        Positions,
      ],
      exports: [ApiKeys, Calls, KeysForgotten, Moments],
    };
  }
}
