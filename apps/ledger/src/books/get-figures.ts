import type { Figures } from '@daybook/domain';
import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { requireExisted } from '../edge/as-of';
import { AccountQuery } from '../edge/request-context';
import { eachFigure, figuresIn, ownerIn } from './figure-columns';
import { PARTS } from './owner-parts';

/** The owner of the figures, of the account of the query. */
export interface Owner {
  readonly kind: 'customer' | 'purse';
  readonly id: string;
}

/**
 * The figures of a customer or a purse, one entry per asset ever booked, ordered by asset id: now, or at
 * the position `asOf`, which the read models have reached. Null if the account has no such owner; an empty
 * list if it received nothing. Refuses with `as-of-too-early` if the owner did not exist at that position.
 */
export class GetFigures extends AccountQuery<
  { readonly owner: Owner; readonly asOf: bigint | null },
  readonly AssetFigures[] | null
> {}

export interface AssetFigures {
  /** CAIP-19. */
  readonly asset: string;
  readonly figures: Figures;
}

const NOW = 'LEFT JOIN ledger.figures f ON f.owner_id = part.id';

const figuresAfter = (alias: string) => eachFigure((name) => `${alias}.${name}_after`);

// The last line of each asset up to the position: one index probe per asset, however many lines there
// are. The current figures name the assets, because an asset is never removed from them.
const LAST_LINES = `
  LEFT JOIN LATERAL (
    SELECT now.asset, ${figuresAfter('j')} FROM ledger.figures now, LATERAL (
      SELECT ${figuresAfter('line')} FROM ledger.journal_line line
       WHERE ${ownerIn('line')} = now.owner_id AND line.asset COLLATE "C" = now.asset
         AND line.position <= $3
       ORDER BY line.position DESC, line.line DESC LIMIT 1) AS j
     WHERE now.owner_id = part.id) AS f ON true`;

// Left joins: an owner without receipts gives one row without an asset.
const queryOf = (kind: Owner['kind'], figures: string, suffix: '' | '_after') => `
  SELECT o.first_position, f.asset, ${eachFigure((name) => `sum(f.${name}${suffix}) AS ${name}`)}
    FROM ledger.${kind} o
    CROSS JOIN LATERAL (${PARTS[kind]}) AS part
    ${figures}
   WHERE o.id = $1 AND o.account_id = $2
   GROUP BY o.first_position, f.asset ORDER BY f.asset`;

const statementsOf = (kind: Owner['kind']) => ({
  now: prepared(`ledger.${kind}-figures`, queryOf(kind, NOW, '')),
  asOf: prepared(`ledger.${kind}-figures-as-of`, queryOf(kind, LAST_LINES, '_after')),
});

const STATEMENTS = { customer: statementsOf('customer'), purse: statementsOf('purse') };

/**
 * A statement that each connection plans once: planning it takes several times as long as running it (0.1
 * of 0.8 ms). TypeORM hands it to the driver as it is, but its types know plain text only. The driver writes
 * the parameters into it, so each call gets its own.
 */
function prepared(name: string, text: string): () => string {
  return () => ({ name, text }) as unknown as string;
}

interface Row extends Readonly<Record<string, string | null>> {
  readonly asset: string | null;
  readonly first_position: string;
}

@QueryHandler(GetFigures)
export class GetFiguresHandler implements IQueryHandler<GetFigures> {
  constructor(private readonly dataSource: DataSource) {}

  async execute({ accountId, request }: GetFigures): Promise<readonly AssetFigures[] | null> {
    const { owner, asOf } = request;
    const known = [owner.id, accountId];
    const rows: Row[] = await (asOf === null
      ? this.dataSource.query(STATEMENTS[owner.kind].now(), known)
      : this.dataSource.query(STATEMENTS[owner.kind].asOf(), [...known, `${asOf}`]));
    const [first] = rows;
    if (first === undefined) return null;
    if (asOf !== null) requireExisted(BigInt(first.first_position), asOf);
    return rows.flatMap((row) =>
      row.asset === null ? [] : [{ asset: row.asset, figures: figuresIn(row) }],
    );
  }
}
