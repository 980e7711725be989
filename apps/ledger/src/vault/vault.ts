import { EngineMisconfigured } from '@daybook/platform/plain';
import { LRUCache } from 'lru-cache';
import type { DataSource } from 'typeorm';
import type { Keyring } from '../keyring.env';
import { checksOf, newSubjectKey, type SubjectKey, unwrapKey, wrapKey } from './sealing';

/** What the vault knows of a customer. An erased one never has a key again. */
export interface KnownKey {
  readonly key: SubjectKey | null;
  readonly isErased: boolean;
}

export interface Erasure {
  readonly customerId: string;
  readonly accountId: string;
  /** RFC 3339, UTC. */
  readonly erasedAt: string;
}

/** Customers of one statement, so that a crowd of creates makes statements of bounded size. */
const BATCH_MAX = 1_000;

/** Opened keys in memory: about 3 MB. Customers who are read again and again cost no statement. */
const CACHED_MAX = 10_000;
/** Deleted keys leave the memory of other processes after this time at the latest. */
const CACHED_MS = 60_000;

/** The pool's commits do not wait for the disk; this one does. */
const MAKE = `
  INSERT INTO vault.customer_key (customer_id, master_version, wrapped_key)
  SELECT u.id, $3, u.wrapped_key
    FROM (SELECT set_config('synchronous_commit', 'on', true)) AS durable,
         unnest($1::uuid[], $2::bytea[]) AS u(id, wrapped_key)
   WHERE NOT EXISTS (SELECT FROM vault.erasure e WHERE e.customer_id = u.id)
  ON CONFLICT DO NOTHING RETURNING customer_id AS id`;

const FIND = `
  SELECT u.id, k.master_version AS "masterVersion", k.wrapped_key AS wrapped,
         EXISTS (SELECT FROM vault.erasure e WHERE e.customer_id = u.id) AS "isErased"
    FROM unnest($1::uuid[]) AS u(id) LEFT JOIN vault.customer_key k ON k.customer_id = u.id`;

const ERASE = [
  `INSERT INTO vault.erasure (customer_id, account_id, erased_at)
   SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) ON CONFLICT DO NOTHING`,
  'DELETE FROM vault.customer_key WHERE customer_id = ANY($1::uuid[])',
] as const;

/**
 * The keys of customers, each wrapped by a master key. A key is on the disk before anything that it seals: of an event
 * whose key was lost, nobody could read the texts again.
 */
export class Vault {
  private readonly cache = new LRUCache<string, SubjectKey>({ max: CACHED_MAX, ttl: CACHED_MS });
  /** Creates that wait for a statement: those that come meanwhile share the next one. */
  private waiting: { id: string; done: (made: Promise<unknown>) => void }[] = [];
  /** Statements under way: one at a time. */
  private making = 0;

  constructor(
    private readonly dataSource: DataSource,
    private readonly keyring: Keyring,
  ) {}

  /** What is stored of these customers now. Throws `BrokenSeal` for a key that cannot be unwrapped. */
  async find(customerIds: readonly string[]): Promise<ReadonlyMap<string, KnownKey>> {
    const known = new Map<string, KnownKey>();
    const ids = [...new Set(customerIds)];
    for (let from = 0; from < ids.length; from += BATCH_MAX) {
      const page = ids.slice(from, from + BATCH_MAX);
      for (const { id, isErased, masterVersion, wrapped } of await this.dataSource.query<Row[]>(
        FIND,
        [page],
      )) {
        const isKept = !isErased && masterVersion !== null && wrapped !== null;
        const key = isKept ? unwrapKey(this.keyring, id, { masterVersion, wrapped }) : null;
        if (key === null) this.cache.delete(id);
        else this.cache.set(id, key);
        known.set(id, { key, isErased });
      }
    }
    return known;
  }

  /** The keys as they were found up to a minute ago, null for none. For rows, which say themselves who is erased. */
  async keysOf(customerIds: readonly string[]): Promise<ReadonlyMap<string, SubjectKey | null>> {
    const keys = new Map<string, SubjectKey | null>();
    for (const id of customerIds) keys.set(id, this.cache.get(id) ?? null);
    const missing = customerIds.filter((id) => keys.get(id) === null);
    if (missing.length === 0) return keys;
    for (const [id, { key }] of await this.find(missing)) keys.set(id, key);
    return keys;
  }

  /** The keys of these customers; those who have none get one, unless they were erased. */
  async makeMissing(customerIds: readonly string[]): Promise<ReadonlyMap<string, KnownKey>> {
    const ids = [...new Set(customerIds)];
    const missing = ids.filter((id) => !this.cache.has(id));
    await Promise.all(missing.map((id) => this.make(id)));
    const isElsewhere = ids.filter((id) => !this.cache.has(id));
    const found = isElsewhere.length === 0 ? null : await this.find(isElsewhere);
    return new Map(
      ids.map((id) => [id, found?.get(id) ?? { key: this.cache.get(id) ?? null, isErased: false }]),
    );
  }

  private make(id: string): Promise<unknown> {
    return new Promise((done) => {
      this.waiting.push({ id, done });
      if (this.making === 0) void this.makeWaiting();
    });
  }

  private async makeWaiting(): Promise<void> {
    this.making += 1;
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, BATCH_MAX);
      const made = this.store([...new Set(batch.map(({ id }) => id))]);
      for (const { done } of batch) done(made);
      // Its callers hear of a failure; the next batch is tried all the same.
      await made.catch(() => undefined);
    }
    this.making -= 1;
  }

  private async store(ids: readonly string[]): Promise<void> {
    const keys = new Map(ids.map((id) => [id, newSubjectKey()]));
    const wrapped = Array.from(keys, ([id, key]) => wrapKey(this.keyring, id, key).wrapped);
    const made = await this.dataSource.query<{ id: string }[]>(MAKE, [
      ...[ids, wrapped, this.keyring.newest],
    ]);
    for (const { id } of made) this.cache.set(id, keys.get(id) as SubjectKey);
  }

  /** Deletes the keys of these customers for ever. Repeated, it changes nothing. */
  async erase(erasures: readonly Erasure[]): Promise<void> {
    if (erasures.length === 0) return;
    const ids = erasures.map(({ customerId }) => customerId);
    await this.dataSource.transaction(async (manager) => {
      await manager.query('SET LOCAL synchronous_commit = on');
      await manager.query(ERASE[0], [
        ids,
        erasures.map(({ accountId }) => accountId),
        erasures.map(({ erasedAt }) => erasedAt),
      ]);
      await manager.query(ERASE[1], [ids]);
    });
    for (const id of ids) this.cache.delete(id);
  }

  /** A page of the erasure list after a customer, in the order of their ids. */
  erasures(after: string | null, limit: number): Promise<readonly Erasure[]> {
    return this.dataSource.query(
      `SELECT customer_id AS "customerId", account_id AS "accountId", erased_at AS "erasedAt"
         FROM vault.erasure WHERE $1::uuid IS NULL OR customer_id > $1 ORDER BY customer_id LIMIT $2`,
      [after, limit],
    );
  }

  /** How far a log was read for erasures; null if it never was. */
  async readThrough(log: string): Promise<bigint | null> {
    const sql = 'SELECT position FROM vault.progress WHERE log = $1';
    const [row] = await this.dataSource.query<{ position: string }[]>(sql, [log]);
    return row === undefined ? null : BigInt(row.position);
  }

  async noteReadThrough(log: string, position: bigint): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO vault.progress (log, position) VALUES ($1, $2)
       ON CONFLICT (log) DO UPDATE SET position = greatest(progress.position, excluded.position)`,
      [log, String(position)],
    );
  }

  /**
   * Records the configured keys by their checks, and throws `EngineMisconfigured` if one is another key than it was,
   * or if one is missing that is still needed. Without a lookup key, customers would not be found and would be created a second time; with another
   * master key, everybody would be shown without personal data.
   */
  async requireKnownKeys(lookups: Keyring): Promise<void> {
    const [masters, lookup] = [checksOf(this.keyring), checksOf(lookups)];
    const known = await this.dataSource.query<KnownCheck[]>(KNOWN_KEYS);
    const isOther = ({ kind, version, check }: KnownCheck) => {
      const configured = (kind === 'master' ? masters : lookup).get(version);
      return configured !== undefined && configured !== check;
    };
    const other = known.find(isOther);
    if (other !== undefined) {
      throw new EngineMisconfigured(
        VARIABLE[other.kind],
        `Version ${other.version} is another key than before.`,
        'Configure the key that it was; a new key gets a new version in front of the others (docs/vault.md).',
      );
    }
    const missing = known.find(({ kind, version, isUsed }) =>
      kind === 'lookup' ? !lookup.has(version) : isUsed && !masters.has(version),
    );
    if (missing !== undefined) {
      throw new EngineMisconfigured(
        VARIABLE[missing.kind],
        `Version ${missing.version} is missing, and still needed.`,
        'Add it behind the newer ones (docs/vault.md).',
      );
    }
    // Only now: what was refused leaves no trace.
    await this.record('master', masters);
    await this.record('lookup', lookup);
  }

  private async record(kind: KnownCheck['kind'], checks: ReadonlyMap<number, string>) {
    await this.dataSource.query(
      `INSERT INTO vault.known_key (kind, version, key_check)
       SELECT $1, * FROM unnest($2::integer[], $3::text[]) ON CONFLICT DO NOTHING`,
      [kind, [...checks.keys()], [...checks.values()]],
    );
  }
}

const VARIABLE = { master: 'DAYBOOK_VAULT_KEYS', lookup: 'DAYBOOK_LOOKUP_KEYS' } as const;

interface KnownCheck {
  readonly kind: 'master' | 'lookup';
  readonly version: number;
  readonly check: string;
  /** Whether the key of a customer is stored under this master key. */
  readonly isUsed: boolean;
}

const KNOWN_KEYS = `
  SELECT kind, version, key_check AS check,
         EXISTS (SELECT FROM vault.customer_key k WHERE k.master_version = n.version) AS "isUsed"
    FROM vault.known_key n ORDER BY kind, version`;

interface Row {
  readonly id: string;
  readonly isErased: boolean;
  readonly masterVersion: number | null;
  readonly wrapped: Buffer | null;
}
