import type { BookKind } from '@daybook/domain';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One posting: the same amount debited to one book account and credited to another. */
@Entity({ name: 'journal_line', schema: 'ledger' })
export class JournalLineRow {
  /** Position of the event that the posting follows from. */
  @PrimaryColumn('bigint')
  position!: string;

  /** Place among the postings of the event, from 0. */
  @PrimaryColumn('smallint')
  line!: number;

  @Column('text', { name: 'debit_kind' })
  debitKind!: BookKind;

  @Column('uuid', { name: 'debit_owner' })
  debitOwner!: string;

  @Column('text', { name: 'credit_kind' })
  creditKind!: BookKind;

  @Column('uuid', { name: 'credit_owner' })
  creditOwner!: string;

  @Column('text')
  asset!: string;

  @Column('numeric', { precision: 78, scale: 0 })
  amount!: string;

  /** The purse whose figures the event moved. What follows is those figures after the event. */
  @Column('uuid', { name: 'purse_id' })
  purseId!: string;

  @Column('numeric', { name: 'custody_after', precision: 78, scale: 0 })
  custodyAfter!: string;

  @Column('numeric', { name: 'claim_customer_after', precision: 78, scale: 0 })
  claimCustomerAfter!: string;

  @Column('numeric', { name: 'claim_account_after', precision: 78, scale: 0 })
  claimAccountAfter!: string;

  @Column('numeric', { name: 'suspense_after', precision: 78, scale: 0 })
  suspenseAfter!: string;

  @Column('numeric', { name: 'received_after', precision: 78, scale: 0 })
  receivedAfter!: string;

  @Column('numeric', { name: 'reversed_after', precision: 78, scale: 0 })
  reversedAfter!: string;

  @Column('bigint', { name: 'receipts_after' })
  receiptsAfter!: string;
}
