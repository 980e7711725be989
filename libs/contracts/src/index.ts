export * from './cloud-event';
export * from './messages';
export * from './parse';
