import { existsSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { removeEmbeddedPostgres } from '@daybook/platform';
import { evict } from './claim';
import { EXIT, Failure } from './cli/exit-codes';
import { dataFolder } from './data-folder';

export interface ResetOptions {
  readonly data: string;
  readonly yes: boolean;
}

/** Stops whatever runs on the folder and deletes it, after naming it and asking. */
export async function reset(options: ResetOptions): Promise<void> {
  const folder = dataFolder(options.data);
  if (!existsSync(folder.path)) {
    console.log(`There is nothing to clear: ${folder.path} does not exist.`);
    return;
  }
  // Deleting a folder that something else made would be beyond repair.
  if (!existsSync(folder.postgres) && !existsSync(folder.apiKeyFile)) {
    throw new Error(`${folder.path} is not a data folder of Daybook; nothing was deleted.`);
  }
  if (!options.yes && !process.stdin.isTTY) {
    throw new Failure(
      `Nothing was deleted: without a terminal to ask, --yes says that ${folder.path} may go.`,
      EXIT.usage,
    );
  }
  if (!options.yes && !(await agreed(folder.path))) {
    console.log('Nothing was deleted.');
    return;
  }
  if (await evict(folder)) console.log('Stopped the Daybook that ran on it.');
  await removeEmbeddedPostgres(folder.postgres);
  rmSync(folder.path, { recursive: true, force: true });
  console.log(`Cleared ${folder.path}.`);
}

async function agreed(path: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`Delete ${path} with everything in it? [y/N] `);
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}
