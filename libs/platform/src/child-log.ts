import { closeSync, openSync, readFileSync, statSync } from 'node:fs';

/** Nobody but the user of this process reads what others said in it. */
const MODE = 0o600;

/**
 * The file to which a child process writes what its runtime says. The child starts without it where it cannot be opened:
 * a restart must not fail because a disk is full or read-only.
 */
export interface ChildLog {
  /** For standard output and error of the child. */
  readonly stdio: number | 'ignore';
  /** Once the child has it. */
  close(): void;
  /** What was written since this was opened. */
  said(): string;
}

export function openChildLog(path: string): ChildLog {
  let log: number;
  try {
    log = openSync(path, 'a', MODE);
  } catch (error) {
    const said = `${path} cannot be written: ${(error as Error).message}`;
    return { stdio: 'ignore', close: () => undefined, said: () => said };
  }
  const { size } = statSync(path);
  return {
    stdio: log,
    close: () => closeSync(log),
    said: () => readFileSync(path).subarray(size).toString('utf8').trim(),
  };
}
