import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { messageOf, surviveErrors } from '@daybook/platform/plain';
import { EXIT, Failure } from '../cli/exit-codes';

const PATH = /^(\d{1,10})\/(\d{1,10})$/;
const NUMBERS = 2 ** 31;

/**
 * How many indexes of each branch of the xpub with this fingerprint are in files that `addresses export` or
 * `addresses scan` wrote. Throws `Failure` for a file that neither did.
 */
export async function knownBranches(
  files: readonly string[],
  fingerprint: string,
  signal: AbortSignal,
): Promise<Map<number, number>> {
  const counts = new Map<number, number>();
  for (const file of files) {
    let number = 0;
    let columns: readonly number[] = [];
    try {
      for await (const line of createInterface({
        input: surviveErrors(createReadStream(file, { signal })),
      })) {
        number += 1;
        const cells = line.split(',');
        if (number === 1) {
          columns = ['xpubFingerprint', 'path'].map((name) => cells.indexOf(name));
          if (columns.includes(-1)) throw wrong(file, number, 'it has no columns of these names');
        } else if (line !== '') {
          const [of, path = ''] = columns.map((column) => cells[column]);
          const [, branch, index] = (PATH.exec(path) ?? []).map(Number);
          if (branch === undefined || index === undefined || Math.max(branch, index) >= NUMBERS) {
            throw wrong(file, number, 'there is no path such as 239280003/17');
          }
          if (of === fingerprint) {
            counts.set(branch, Math.max(counts.get(branch) ?? 0, index + 1));
          }
        }
      }
    } catch (error) {
      if (error instanceof Failure || signal.aborted) throw error;
      throw new Failure(`${file} cannot be read: ${messageOf(error)}`, EXIT.usage);
    }
  }
  return counts;
}

function wrong(file: string, line: number, fault: string): Failure {
  const right = 'Name a file that "npx daybook addresses export" or "addresses scan" wrote.';
  return new Failure(`Line ${line} of ${file} is wrong: ${fault}. ${right}`, EXIT.usage);
}
