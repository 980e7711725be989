export { v1 } from '@daybook/contracts';
export type { CallSettings, Calls, Given } from './calls';
export { DaybookClient, type StreamSettings } from './daybook-client';
export { DaybookClientModule } from './daybook-client.module';
export { type Called, DaybookError, type WrongField } from './daybook-error';
export type { DaybookClientOptions, TlsFiles } from './options';
