import { LIVE_SCHEMA, READ_MODELS_CHECKPOINT } from '@daybook/audit';
import { figuresText, ownerIn } from './figure-columns';

/** The figures after a line. */
const afterOf = (alias: string) => figuresText((name) => `${alias}.${name}_after`);

const lastLine = (alias: string, of: string, before: string) => `
  LEFT JOIN LATERAL (
    SELECT j.* FROM ${LIVE_SCHEMA}.journal_line j
     WHERE ${ownerIn('j')} = ${of}.owner_id AND j.asset COLLATE "C" = ${of}.asset ${before}
     ORDER BY j.position DESC, j.line DESC LIMIT 1) AS ${alias} ON true`;

/**
 * Lines after a position, complete for the last event, each with the figures after its previous line.
 * The checkpoint comes from the same snapshot, in one row even if there are no lines.
 */
export const LINES_AFTER = `
  SELECT c.position AS reached, l.*
    FROM (SELECT max(position) AS position FROM ${LIVE_SCHEMA}.checkpoint
           WHERE name = '${READ_MODELS_CHECKPOINT}') AS c
    LEFT JOIN (
      SELECT line.position, line.line, line.owner_id, line.kind, line.debit_kind AS debit,
             line.credit_kind AS credit, line.asset, line.amount, line.account_id AS "accountId",
             line.customer_id AS "customerId", line.purse_id AS "purseId",
             line.charge_id AS "chargeId", ${afterOf('line')} AS after, ${afterOf('before')} AS before
        FROM (SELECT j.*, ${ownerIn('j')} AS owner_id FROM ${LIVE_SCHEMA}.journal_line j
               WHERE j.position > $1 ORDER BY j.position FETCH FIRST ($2) ROWS WITH TIES) AS line
        ${lastLine(
          'before',
          'line',
          'AND j.position <= line.position AND (j.position, j.line) < (line.position, line.line)',
        )}
    ) AS l ON true
   ORDER BY l.position, l.line`;

const figuresAndLine = (key: string) => `
  ${key}.owner_id, ${key}.asset, ${figuresText((name) => `f.${name}`)} AS now,
  ${afterOf('last')} AS after`;

/** Figures of these owners and assets, next to those after their last line. Each is two index lookups. */
export const FIGURES_OF = `
  SELECT ${figuresAndLine('k')}
    FROM unnest($1::uuid[], $2::text[]) AS k(owner_id, asset)
    LEFT JOIN LATERAL (
      SELECT * FROM ${LIVE_SCHEMA}.figures WHERE owner_id = k.owner_id AND asset = k.asset LIMIT 1
    ) AS f ON true
    ${lastLine('last', 'k', '')}`;

/** The next figures in key order, next to those after their last line. */
export const FIGURES_AFTER = `
  SELECT ${figuresAndLine('f')}
    FROM (SELECT * FROM ${LIVE_SCHEMA}.figures WHERE (owner_id, asset) > ($1::uuid, $2::text)
           ORDER BY owner_id, asset LIMIT $3) AS f
    ${lastLine('last', 'f', '')}`;

/** The next replenishments in key order, and whether the journal books each where its row says. */
export const REPLENISHMENTS_AFTER = `
  SELECT r.id, r.status IN ('confirmed', 'declined', 'held')
           OR (r.status = 'screening' AND r.credited_to IS NOT NULL) AS credited,
         coalesce(j.kind = 'receipt' AND j.purse_id = r.purse_id AND j.asset = r.asset
           AND j.amount = r.amount - coalesce(r.netted, 0), false) AS booked
    FROM (SELECT * FROM ${LIVE_SCHEMA}.replenishment WHERE id > $1::uuid ORDER BY id LIMIT $2) AS r
    LEFT JOIN ${LIVE_SCHEMA}.journal_line j ON j.position = r.credit_position AND j.line = 0`;

/** The next purses in key order that have no address of their own. An index has these few. */
export const HELD_PURSES_AFTER = `
  SELECT id, held_address AS held FROM ${LIVE_SCHEMA}.purse
   WHERE held_address IS NOT NULL AND id > $1::uuid ORDER BY id LIMIT $2`;
