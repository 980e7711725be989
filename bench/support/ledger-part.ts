import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Role } from '../../apps/ledger/src/ledger.env';
import type { Settings } from '../measurement';
import type { Database } from './database';
import { startWorker, type Worker } from './processes';
import { chainsFile } from './transfers';

/** A port that nothing listens on: the ledger reads the registry and never asks a chain. */
const NO_CHAIN = 'http://127.0.0.1:1';

/** Runs these roles of the ledger in a process of their own; resolves when it works. */
export async function startLedgerPart(
  database: Database,
  roles: readonly Role[],
  settings: Settings,
): Promise<Worker<unknown>> {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-bench-'));
  const file = join(folder, 'chains.json');
  writeFileSync(file, chainsFile(NO_CHAIN));
  const env = {
    DAYBOOK_DATABASE_URL: database.url,
    DAYBOOK_ROLES: roles.join(','),
    DAYBOOK_CHAINS_FILE: file,
    DAYBOOK_LOG_LEVEL: 'warn',
  };
  const worker = startWorker('ledger-part', null, { env, execArgv: profiling(settings) });
  try {
    await worker.answer;
    return worker;
  } catch (error) {
    await worker.stop();
    throw error;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Arguments that make a Node process write a CPU profile when it ends. */
export function profiling({ profiles }: Settings): readonly string[] {
  if (profiles === null) return [];
  mkdirSync(profiles, { recursive: true });
  return ['--cpu-prof', `--cpu-prof-dir=${resolve(profiles)}`];
}
