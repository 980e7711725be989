export * from './cloud-event';
export * from './ledger-messages';
export * from './messages';
export * from './parse';
