export { v1 } from '@daybook/contracts';
export type { CallSettings, Calls, DaybookClientOptions, Given, TlsFiles } from './calls';
export { DaybookClient, type StreamSettings } from './daybook-client';
export { DaybookClientModule } from './daybook-client.module';
export { type Called, DaybookError, type WrongField } from './daybook-error';
