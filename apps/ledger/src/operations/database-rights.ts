import { grantEventStore } from '@daybook/event-store';
import { grantMessaging } from '@daybook/messaging';
import type { Queries } from '@daybook/platform';
import { escapeIdentifier } from 'pg';
import { APPENDING_ROLES, DATABASE_ROLES, type DatabaseRole } from '../ledger.env';
import { PUBLISHED_TOPICS } from '../runtime/published-topics';

/** The user of the database for each role. Several roles may have one user. */
export type DatabaseUsers = Readonly<Record<DatabaseRole, string>>;

type Right = 'INSERT' | 'UPDATE' | 'DELETE';
type Rights = Partial<Record<DatabaseRole, readonly Right[]>>;

const KEPT: readonly Right[] = ['INSERT', 'UPDATE'];

/**
 * The tables of the read models, which follow from the event log. They are named here, and compared with `READ_MODELS` by
 * a test, so that a migration does not load every feature.
 */
export const FOLLOWING_TABLES: readonly string[] = [
  ...['account', 'api_key', 'operator', 'operator_key', 'customer', 'command', 'log_time'],
  ...['asset', 'address_branch', 'purse', 'watch_request'],
  ...['replenishment', 'replenishment_sum', 'outflow', 'outflow_sum', 'finding'],
  ...['journal_line', 'figures'],
];

/**
 * What each role may write in tables that do not follow from the event log. A table that is not here, or of which
 * a role is not here, is written by the owner alone (`migration`, `rebuild`).
 */
const OTHER_TABLES: Readonly<Record<string, Rights>> = {
  // A trigger leaves the row of the read models to the projector.
  checkpoint: { projector: KEPT, relay: KEPT, reactions: KEPT },
  relay_state: { relay: KEPT },
  reaction: { reactions: KEPT },
  due: { reactions: ['INSERT', 'UPDATE', 'DELETE'] },
  finding_caused: { reactions: ['INSERT'] },
  chain_head: { consumer: KEPT },
  watch_report: { consumer: KEPT },
  reconciliation: { consumer: KEPT },
  quota_window: { api: ['INSERT', 'UPDATE', 'DELETE'] },
  look_up: { api: KEPT, consumer: ['UPDATE', 'DELETE'] },
};

/** What is booked stays booked: journal lines are only ever added. */
const APPENDED: readonly string[] = ['journal_line'];

/** Who writes each table of the schema `ledger`. */
const WRITERS: Readonly<Record<string, Rights>> = {
  ...Object.fromEntries(
    FOLLOWING_TABLES.map((table): [string, Rights] => [
      table,
      { projector: APPENDED.includes(table) ? ['INSERT'] : KEPT },
    ]),
  ),
  ...OTHER_TABLES,
};

/** Who asks consumer groups to retry parked keys. */
const RETRIES: readonly DatabaseRole[] = ['api'];

/** Gives each user the rights of its roles, and takes all others in the ledger's schemas from it. */
export async function grantLedger(queries: Queries, users: DatabaseUsers): Promise<void> {
  const [{ owner }] = (await queries.query('SELECT current_user AS owner')) as [{ owner: string }];
  for (const user of new Set(Object.values(users))) {
    const name = escapeIdentifier(user);
    const roles = DATABASE_ROLES.filter((role) => users[role] === user);
    const writes = Object.entries(WRITERS).flatMap(([table, rights]) => {
      const given = [...new Set(roles.flatMap((role) => rights[role] ?? []))];
      return given.length > 0 ? [`GRANT ${given.join(', ')} ON ledger.${table} TO ${name};`] : [];
    });
    // The owner's rights are its own.
    const revoked = user === owner ? '' : REVOKED.replaceAll('$user', name);
    await queries.query(`${revoked}
      GRANT USAGE ON SCHEMA ledger, event_store TO ${name};
      GRANT SELECT ON ALL TABLES IN SCHEMA ledger TO ${name};
      GRANT SELECT ON event_store.event TO ${name};
      ${writes.join(' ')}`);
    if (roles.some((role) => APPENDING_ROLES.includes(role))) await grantEventStore(queries, user);
    await grantMessaging(queries, user, {
      app: 'ledger',
      publishes: [...new Set(roles.flatMap((role) => PUBLISHED_TOPICS[role]))],
      consumes: roles.includes('consumer'),
      retries: roles.some((role) => RETRIES.includes(role)),
    });
  }
}

const REVOKED = `
  REVOKE ALL ON ALL TABLES IN SCHEMA ledger, event_store, messaging FROM $user;
  REVOKE ALL ON ALL FUNCTIONS IN SCHEMA event_store, messaging FROM $user;`;
