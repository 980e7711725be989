import { READ_MODELS_CHECKPOINT } from '../projections/projector';
import { LIVE_SCHEMA } from '../runtime/data-source';
import { FIGURE_COLUMNS } from './figures-columns';

/** The figures after a line as `<prefix>_<figure>`, so that two of them fit into one row. */
const afterOf = (alias: string, prefix: string) =>
  FIGURE_COLUMNS.map((name) => `${alias}.${name}_after AS ${prefix}_${name}`).join(', ');

const lastLine = (alias: string, of: string, before: string) => `
  LEFT JOIN LATERAL (
    SELECT j.* FROM ${LIVE_SCHEMA}.journal_line j
     WHERE j.purse_id = ${of}.purse_id AND j.asset COLLATE "C" = ${of}.asset ${before}
     ORDER BY j.position DESC LIMIT 1) AS ${alias} ON true`;

/**
 * Lines after a position with the figures after the line before them, and how far the read models have
 * come in the same snapshot: a row comes also without any line.
 */
export const LINES_AFTER = `
  SELECT c.position AS reached, l.*
    FROM (SELECT max(position) AS position FROM ${LIVE_SCHEMA}.checkpoint
           WHERE name = '${READ_MODELS_CHECKPOINT}') AS c
    LEFT JOIN (
      SELECT line.position, line.debit_kind, line.debit_owner, line.credit_kind,
             line.credit_owner, line.asset, line.amount, line.purse_id,
             ${afterOf('line', 'after')}, ${afterOf('before', 'before')}
        FROM (SELECT * FROM ${LIVE_SCHEMA}.journal_line WHERE position > $1
               ORDER BY position, line LIMIT $2) AS line
        ${lastLine('before', 'line', 'AND j.position < line.position')}
    ) AS l ON true
   ORDER BY l.position`;

const FIGURES_AND_LINE = `
  f.purse_id, f.asset, ${FIGURE_COLUMNS.map((name) => `f.${name} AS now_${name}`).join(', ')},
  ${afterOf('last', 'after')}`;

/** Figures of these purses and assets, beside those after their last line. */
export const FIGURES_OF = `
  SELECT ${FIGURES_AND_LINE.replace('f.purse_id, f.asset', 'k.purse_id, k.asset')}
    FROM unnest($1::uuid[], $2::text[]) AS k(purse_id, asset)
    LEFT JOIN ${LIVE_SCHEMA}.purse_figures f ON f.purse_id = k.purse_id AND f.asset = k.asset
    ${lastLine('last', 'k', '')}`;

/** The next figures in key order, beside those after their last line. */
export const FIGURES_AFTER = `
  SELECT ${FIGURES_AND_LINE}
    FROM (SELECT * FROM ${LIVE_SCHEMA}.purse_figures WHERE (purse_id, asset) > ($1::uuid, $2::text)
           ORDER BY purse_id, asset LIMIT $3) AS f
    ${lastLine('last', 'f', '')}`;

/** The next replenishments in key order, and whether the journal books them where they say. */
export const REPLENISHMENTS_AFTER = `
  SELECT r.id, r.status IN ('confirmed', 'declined') AS credited,
         j.position IS NOT NULL AND j.debit_kind = 'custody/purse' AND j.debit_owner = r.purse_id
           AND j.asset = r.asset AND j.amount = r.amount AS booked
    FROM (SELECT * FROM ${LIVE_SCHEMA}.replenishment WHERE id > $1::uuid ORDER BY id LIMIT $2) AS r
    LEFT JOIN ${LIVE_SCHEMA}.journal_line j ON j.position = r.last_position AND j.line = 0`;
