import type { LogIdentity, Position } from '@daybook/event-store';
import colors from 'picocolors';
import { recordTable } from '../cli/output';
import type { LostBlocks } from './bring-back';

/** What an adoption did, or would do. */
export interface AdoptionReport {
  readonly kind: 'log-adoption';
  readonly applied: boolean;
  /** Where the log is, in words. */
  readonly place: string;
  /** Why the service refuses the log; null where it does not, and only an epoch begins. */
  readonly refused: string | null;
  /** The log before it was adopted; null for one that had not begun. */
  readonly identity: LogIdentity | null;
  /** The epoch that begins. */
  readonly epoch: number;
  /** The last position at which log and tables agree. */
  readonly through: Position;
  readonly end: Position;
  /** By kind: streams that got events back, and those of which events are lost for good. */
  readonly returned: Readonly<Record<string, number>>;
  readonly lost: Readonly<Record<string, number>>;
  /** Addresses whose owner is to be confirmed. */
  readonly unowned: number;
  /** The blocks whose transfers are to be reported again. */
  readonly rescans: readonly LostBlocks[];
}

export const nothingPage = (): string =>
  'The event log is the one from which the tables come. There is nothing to adopt.';

/** The report as text. */
export function adoptionPage(report: AdoptionReport): string {
  const { applied, refused, identity, epoch, through, returned, lost, unowned, rescans } = report;
  const name = identity === null ? 'It has not begun yet' : `It is ${identity.id}`;
  return [
    refused ?? 'The event log is the one from which the tables come.',
    `${name}. It agrees with the tables up to position ${through}; epoch ${epoch} ${applied ? 'has begun' : 'would begin'}.`,
    kindsTable(applied ? 'appended' : 'to append', returned),
    kindsTable('recorded as lost', lost),
    ...(unowned > 0
      ? [
          `${unowned} addresses have an owner with another address in this log. What arrives there is held until you confirm the ` +
            'owner: npx daybook addresses confirm-owner <purse>',
        ]
      : []),
    ...(rescans.length > 0 ? ['Once Daybook runs, have what the log lost reported again:'] : []),
    ...rescans.map(
      ({ chain, from, to }) =>
        `  npx daybook watch rescan --chain ${chain} --from ${from} --to ${to} --report-again --yes`,
    ),
    applied
      ? colors.green('The tables are filled from the log. Start Daybook.')
      : 'Nothing was changed. Keep a backup of log and database, then do it: npx daybook log adopt --apply',
  ]
    .filter((part) => part !== null)
    .join('\n');
}

function kindsTable(title: string, counts: Readonly<Record<string, number>>): string | null {
  const rows = Object.entries(counts).map(([kind, streams]) => ({ [title]: kind, streams }));
  return rows.length === 0 ? null : recordTable(rows);
}
