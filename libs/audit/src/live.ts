/** The schema of the read models that are served. */
export const LIVE_SCHEMA = 'ledger';

/** The checkpoint that they share, so that a read sees all of them at one position. */
export const READ_MODELS_CHECKPOINT = 'read-models';
