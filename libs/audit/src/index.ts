export { AuditRefused } from './audit-refused';
export type { TrialBalanceLine } from './books-in-memory';
export { type CompareReport, compare } from './compare';
export type { Progress } from './fold-log';
export { type Certificate, type RebuildReport, rebuild, rollBack } from './rebuild';
export { type FiguresTable, type ReplayOptions, type ReplayReport, replay } from './replay';
export type { Difference } from './rows';
export { discardRun, type Run, runsLeft } from './scratch';
export { LIVE_SCHEMA, READ_MODELS_CHECKPOINT } from './table-set';
