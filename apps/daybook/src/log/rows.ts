import type { CustomerState, Family, PurseStatus } from '@daybook/domain';
import type { Client } from 'pg';

// What the tables know, as it is read from them. Ids and texts are as the events have them; times are RFC 3339 in UTC.

/** Rows read at once, and streams of the log read with them. */
const ROWS_AT_ONCE = 500;

export interface KeyKnown {
  readonly keyId: string;
  readonly keyHash: string;
  readonly scopes: readonly string[];
  readonly expiresAt: string | null;
  readonly revoked: boolean;
}

export interface OperatorKnown {
  readonly id: string;
  readonly name: string;
  readonly keys: readonly KeyKnown[];
}

export interface AccountKnown extends OperatorKnown {
  readonly screening: boolean;
  readonly unusedDays: number | null;
  readonly idleDays: number | null;
}

/** With its texts as they are stored: most are sealed. */
export type CustomerKnown = { readonly id: string } & Exclude<CustomerState, { status: 'absent' }>;

export interface PurseKnown {
  readonly id: string;
  readonly accountId: string;
  readonly customerId: string;
  readonly family: Family;
  /** Also where another purse had it before. */
  readonly address: string;
  /** Whether another purse had the address before, so that this one shows none. */
  readonly isHeld: boolean;
  /** Whether the operator gave it this address in the place of one that another purse had before. */
  readonly wasAssigned: boolean;
  readonly status: PurseStatus;
  readonly wasRestored: boolean;
  /** A replenishment that compliance declined. */
  readonly declinedBy: string | null;
  readonly outsideOrderId: string | null;
  readonly mintedAt: string;
  /** Null for a purse without a customer. */
  readonly owner: CustomerKnown | null;
}

export interface BranchKnown {
  readonly branch: number;
  readonly openedAt: string;
}

/** Something that comes from the chain or from an operator's act, with the position of its last event. */
export interface OtherKnown {
  readonly kind: 'replenishment' | 'outflow' | 'finding';
  readonly id: string;
  readonly accountId: string;
  readonly customerId: string | null;
  readonly purseId: string | null;
  readonly status: string;
  readonly asset: string | null;
  readonly amount: string | null;
  readonly chain: string;
  /** Of its last event. */
  readonly lastPosition: string;
  readonly txHash: string | null;
  readonly blockNumber: string | null;
}

const time = (column: string) =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

const keysOf = (table: string, owner: string, id: string) => `(
  SELECT coalesce(json_agg(json_build_object('keyId', key_id, 'keyHash', key_hash, 'scopes', scopes,
      'expiresAt', ${time('expires_at')}, 'revoked', revoked) ORDER BY key_id, key_hash), '[]')
    FROM ledger.${table} WHERE ${owner} = ${id})`;

const customer = (c: string) => `${c}.id, ${c}.account_id AS "accountId",
  ${c}.external_id AS "externalId", ${c}.external_id_hash AS "externalIdHash", ${c}.email,
  ${c}.email_hash AS "emailHash", ${c}.first_name AS "firstName", ${c}.last_name AS "lastName", ${c}.phone,
  ${c}.description, ${c}.metadata, ${c}.status, ${time(`${c}.created_at`)} AS "createdAt"`;

const other = (kind: OtherKnown['kind'], columns: string) => `
  SELECT '${kind}' AS kind, id, account_id AS "accountId", customer_id AS "customerId",
         purse_id AS "purseId", status, asset, split_part(asset, '/', 1) AS chain,
         last_position::text AS "lastPosition", ${columns}
    FROM ledger.${kind} WHERE last_position > $1`;

const SQL = {
  accounts: `
    SELECT id, name, screening, unused_days AS "unusedDays", idle_days AS "idleDays",
           ${keysOf('api_key', 'account_id', 'a.id')} AS keys
      FROM ledger.account a ORDER BY id`,
  operators: `
    SELECT id, name, ${keysOf('operator_key', 'operator_id', 'o.id')} AS keys
      FROM ledger.operator o ORDER BY id`,
  branches: `
    SELECT branch, ${time('opened_at')} AS "openedAt" FROM ledger.address_branch ORDER BY branch`,
  customers: `SELECT ${customer('c')} FROM ledger.customer c ORDER BY first_position, id`,
  purses: `
    SELECT p.id, p.account_id AS "accountId", p.customer_id AS "customerId", p.family,
           coalesce(p.address, p.held_address) AS address, p.address IS NULL AS "isHeld",
           p.address_position IS NOT NULL AS "wasAssigned", p.status,
           p.was_restored AS "wasRestored", p.outside_order_id AS "outsideOrderId",
           ${time('p.minted_at')} AS "mintedAt",
           CASE WHEN p.status = 'declined' THEN (
             SELECT id FROM ledger.replenishment WHERE purse_id = p.id AND status = 'declined'
              ORDER BY last_position DESC LIMIT 1) END AS "declinedBy",
           (SELECT row_to_json(o) FROM (SELECT ${customer('c')}) AS o WHERE c.id IS NOT NULL) AS owner
      FROM ledger.purse p LEFT JOIN ledger.customer c ON c.id = p.customer_id
     ORDER BY p.first_position, p.id`,
} as const;

/** Those with events after the given position. */
const OTHERS = [
  other('replenishment', 'amount::text, tx_hash AS "txHash", block_number::text AS "blockNumber"'),
  other('outflow', 'amount::text, tx_hash AS "txHash", block_number::text AS "blockNumber"'),
  other('finding', `difference::text AS amount, NULL AS "txHash", to_block::text AS "blockNumber"`),
].join(' UNION ALL ');

export interface Rows {
  readonly accounts: AccountKnown;
  readonly operators: OperatorKnown;
  readonly branches: BranchKnown;
  readonly customers: CustomerKnown;
  readonly purses: PurseKnown;
}

/** The tables at one moment: those that write them may not run. */
export function knownIn(client: Client) {
  async function* pages<Row>(sql: string, values: readonly unknown[] = []) {
    await client.query(`DECLARE known NO SCROLL CURSOR FOR ${sql}`, [...values]);
    for (;;) {
      const { rows } = await client.query(`FETCH ${ROWS_AT_ONCE} FROM known`);
      if (rows.length > 0) yield rows as readonly Row[];
      if (rows.length < ROWS_AT_ONCE) break;
    }
    await client.query('CLOSE known');
  }
  return {
    rows: <Name extends keyof Rows>(name: Name) => pages<Rows[Name]>(SQL[name]),
    /** What has events after a position that nobody can write again. */
    others: (after: bigint) => pages<OtherKnown>(OTHERS.replaceAll('$1', String(after))),
    async count(name: keyof Rows): Promise<number> {
      const { rows } = await client.query(`SELECT count(*) AS n FROM (${SQL[name]}) AS t`);
      return Number(rows[0]?.n);
    },
    /** Which of some addresses any purse has, or should have had. */
    async has(family: Family, addresses: readonly string[]): Promise<ReadonlySet<string>> {
      const { rows } = await client.query<{ address: string }>(
        `SELECT address FROM ledger.purse WHERE family = $1 AND address = ANY ($2)
          UNION SELECT held_address FROM ledger.purse WHERE family = $1 AND held_address = ANY ($2)`,
        [family, [...addresses]],
      );
      return new Set(rows.map(({ address }) => address));
    },
  };
}

export type Known = ReturnType<typeof knownIn>;
