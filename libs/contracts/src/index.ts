export * from './cloud-event';
export { DESCRIPTORS } from './generated/descriptors';
export * as v1 from './generated/index.daybook.v1';
export * as googleRpc from './generated/index.google.rpc';
export * as json from './generated/json';
export * from './messages';
export * from './parse';
export * from './topics';
export * from './watch-messages';
