import { ConfigurableModuleBuilder, Module, type OnApplicationShutdown } from '@nestjs/common';
import type { DaybookClientOptions } from './calls';
import { DaybookClient } from './daybook-client';

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } =
  new ConfigurableModuleBuilder<DaybookClientOptions>()
    .setClassMethodName('forRoot')
    .setExtras({ isGlobal: false }, (definition, { isGlobal }) => ({
      ...definition,
      global: isGlobal,
    }))
    .build();

/**
 * Daybook for a Nest app. Import `DaybookClientModule.forRoot({ address, apiKey })`, or `forRootAsync` with
 * a factory, and inject `DaybookClient`. The client is closed with the app.
 */
@Module({
  providers: [
    {
      provide: DaybookClient,
      inject: [MODULE_OPTIONS_TOKEN],
      useFactory: (options: DaybookClientOptions) => new DaybookClient(options),
    },
  ],
  exports: [DaybookClient],
})
export class DaybookClientModule extends ConfigurableModuleClass implements OnApplicationShutdown {
  constructor(private readonly client: DaybookClient) {
    super();
  }

  onApplicationShutdown(): void {
    this.client.close();
  }
}
