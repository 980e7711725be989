import { EventStore, type Projection } from '@daybook/event-store';
import { type DynamicModule, Inject, Module, type OnModuleInit } from '@nestjs/common';
import { BackgroundWork } from '../runtime/background-work';
import { PositionReached } from './position-reached';
import { startProjector } from './projector';

const PROJECTIONS = Symbol('PROJECTIONS');

/** Keeps the read models up to date. */
@Module({})
export class ProjectionsModule implements OnModuleInit {
  constructor(
    @Inject(PROJECTIONS) private readonly projections: readonly Projection[],
    private readonly work: BackgroundWork,
    private readonly store: EventStore,
  ) {}

  static forRoot(projections: readonly Projection[]): DynamicModule {
    return {
      module: ProjectionsModule,
      global: true,
      providers: [{ provide: PROJECTIONS, useValue: projections }, PositionReached],
      exports: [PositionReached],
    };
  }

  onModuleInit(): void {
    const { store, projections } = this;
    this.work.follow('projector', (database) => startProjector(store, database, projections));
  }
}
