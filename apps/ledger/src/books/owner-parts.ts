/** The owners whose figures add up to those of `o`: a customer has its own, and those of its purses. */
export const PARTS = {
  customer: `
    SELECT o.id UNION ALL SELECT p.id FROM ledger.purse p WHERE p.customer_id = o.id`,
  purse: 'SELECT o.id',
} as const;
