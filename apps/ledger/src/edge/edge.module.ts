import { type DynamicModule, Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ApiKeys } from './api-keys';
import { Moments } from './as-of';
import { Authentication, type AuthenticationOptions } from './authentication';
import { IdempotencyKeys } from './idempotency';
import { IssueApiKeyHandler, ListApiKeysHandler, RevokeApiKeyHandler } from './keys';
import { Positions } from './positions';
import { Calls } from './prepare';
import { RequestQuotas } from './quotas';
import type { Quotas } from './rate-limit';
import { SharedCounts } from './shared-counts';

/** What REST and gRPC share. */
@Module({})
export class EdgeModule {
  static forRoot(quotas: Quotas, authentication: AuthenticationOptions): DynamicModule {
    return {
      module: EdgeModule,
      global: true,
      providers: [
        {
          provide: RequestQuotas,
          inject: [DataSource],
          useFactory: (dataSource: DataSource) =>
            new RequestQuotas(quotas, new SharedCounts(dataSource), authentication.registry),
        },
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
        Moments,
        Positions,
      ],
      exports: [ApiKeys, Calls, Moments],
    };
  }
}
