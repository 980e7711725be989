/** The schema of the live read models. */
export const LIVE_SCHEMA = 'ledger';

/** Their common checkpoint: a read sees all of them at one position. */
export const READ_MODELS_CHECKPOINT = 'read-models';
