import { Global, Module } from '@nestjs/common';
import { GetReactionsHandler } from './get-reactions';
import { Reactions } from './reactions';

/** What must happen because of an event or because time has passed. Features register reactions here. */
@Global()
@Module({ providers: [Reactions, GetReactionsHandler], exports: [Reactions] })
export class ReactionsModule {}
