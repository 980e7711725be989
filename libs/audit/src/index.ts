export { AuditRefused } from './audit-refused';
export type { TrialBalanceLine } from './books-in-memory';
export { type CompareOptions, type CompareReport, compare } from './compare';
export type { Difference } from './compare-rows';
export type { Progress } from './fold-log';
export { LIVE_SCHEMA, READ_MODELS_CHECKPOINT } from './live';
export {
  type Certificate,
  type RebuildOptions,
  type RebuildReport,
  rebuild,
  rollBack,
} from './rebuild';
export { type FiguresTable, type ReplayOptions, type ReplayReport, replay } from './replay';
export { discardRun, runsLeft } from './runs';
