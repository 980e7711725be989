export * from './messages';
export * from './parse';
