export const sandboxMigrations = {
  /** Deposits on development chains are requests like others. */
  SendSandboxDeposits1765000000000: `
    -- sandbox: what is sent, and how far it is; null for all other requests.
    ALTER TABLE watcher.rescan ADD COLUMN sandbox json;
    ALTER TABLE watcher.rescan DROP CONSTRAINT rescan_origin;
    ALTER TABLE watcher.rescan ADD CONSTRAINT rescan_origin CHECK (origin IN ('late-address',
      'operator', 'report-again', 'ring-reset', 'ask-block', 'accept-block', 'skip-block',
      'pause', 'resume', 'sandbox-deposit'));`,
} as const;
