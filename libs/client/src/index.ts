export { v1 } from '@daybook/contracts';
export type { CallSettings, Calls, DaybookClientOptions, Given, TlsFiles } from './calls';
export { DaybookClient, type StreamSettings } from './daybook-client';
export { DaybookClientModule } from './daybook-client.module';
export { type Called, DaybookError, type WrongField } from './daybook-error';
export { DaybookProblem, type RequestFault } from './daybook-problem';
export {
  DaybookRest,
  type DaybookRestOptions,
  etagOf,
  type RestSettings,
} from './daybook-rest';
export type { AnswerOf, ItemOf, ListId, OperationId, RequestOf } from './rest-types';
