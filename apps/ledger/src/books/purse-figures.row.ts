import { Column, Entity, PrimaryColumn } from 'typeorm';

/** `PurseFigures` of the domain, one row a purse and asset. Amounts are base units. */
@Entity({ name: 'purse_figures', schema: 'ledger' })
export class PurseFiguresRow {
  @PrimaryColumn('uuid', { name: 'purse_id' })
  purseId!: string;

  @PrimaryColumn('text')
  asset!: string;

  @Column('numeric', { precision: 78, scale: 0 })
  custody!: string;

  @Column('numeric', { name: 'claim_customer', precision: 78, scale: 0 })
  claimCustomer!: string;

  @Column('numeric', { name: 'claim_account', precision: 78, scale: 0 })
  claimAccount!: string;

  @Column('numeric', { precision: 78, scale: 0 })
  suspense!: string;

  @Column('numeric', { precision: 78, scale: 0 })
  received!: string;

  @Column('numeric', { precision: 78, scale: 0 })
  reversed!: string;

  @Column('bigint')
  receipts!: string;
}
