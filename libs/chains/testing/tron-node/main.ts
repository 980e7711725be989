import { appendTo, readJournal } from './journal';
import { startTronNode, type TronNodeOptions } from './tron-node';

/** What the program is started with, as JSON in its first argument. */
export interface TronNodeProgram
  extends Pick<
    TronNodeOptions,
    'seed' | 'witnessCount' | 'blockTimeMs' | 'produceEveryMs' | 'fullPort' | 'solidityPort'
  > {
  /** Where blocks are kept, so that the next start continues with them. Nothing is kept without it. */
  readonly journal?: string;
}

/** Runs the stand-in as a program of its own, with the time of the machine and its controls. */
async function main(): Promise<void> {
  const { journal, ...options }: TronNodeProgram = JSON.parse(process.argv[2] ?? '{}');
  const kept = journal !== undefined && {
    history: readJournal(journal),
    record: appendTo(journal),
  };
  await startTronNode({ ...options, ...kept, hasControls: true, clock: Date.now });
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
