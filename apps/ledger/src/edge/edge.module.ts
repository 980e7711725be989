import { Global, Module } from '@nestjs/common';
import { FindCommandHandler } from './find-command';
import { IdempotencyKeys } from './idempotency';

/** What REST and gRPC share. */
@Global()
@Module({ providers: [FindCommandHandler, IdempotencyKeys], exports: [IdempotencyKeys] })
export class EdgeModule {}
