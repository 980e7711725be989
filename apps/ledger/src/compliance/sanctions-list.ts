import { statSync } from 'node:fs';
import { Logger } from '@nestjs/common';
import { readSanctionsLists, type SanctionsList, sanctionsPaths } from '../compliance.env';
import type { LedgerEnv } from '../ledger.env';
import type { Screening } from './screening';

const logger = new Logger('SanctionsList');

/**
 * Declines what a listed address has sent. The files are read again once they have changed, without a restart; while
 * they cannot be read nothing is decided.
 */
export function sanctionsList(env: Pick<LedgerEnv, 'sanctionsFiles'>): Screening {
  const paths = sanctionsPaths(env);
  let stamp = '';
  let list: SanctionsList | null = null;

  function current(): SanctionsList {
    const now = paths.map((path) => stampOf(path)).join();
    if (list !== null && now === stamp) return list;
    const read = readSanctionsLists(paths);
    const { version, addresses, others } = read;
    logger.log({ msg: 'sanctions lists read', version, addresses: addresses.size, others });
    [stamp, list] = [now, read];
    return read;
  }

  return {
    mode: 'sanctions-list',
    async check({ transfer }) {
      const { addresses, version } = current();
      const verdict = addresses.has(transfer.from) ? 'declined' : 'passed';
      return { verdict, listVersion: version };
    },
  };
}

/** Changes with each write of the file, also with one in its place. */
function stampOf(path: string): string {
  const { mtimeNs, size, ino } = statSync(path, { bigint: true });
  return `${mtimeNs} ${size} ${ino}`;
}
