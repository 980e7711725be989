// What other features may import.
export { findingsProjection } from './findings.projection';
export { GetOpenFindings, type OpenFindings } from './get-findings';
export { type ObservedBalance, RecordDifferences } from './record-differences';
export { RescanForFinding } from './resolve-finding';
