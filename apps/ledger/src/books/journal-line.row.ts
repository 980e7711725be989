import type { BookKind, PostingKind } from '@daybook/domain';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { rowOfFigures } from './figures.row';

/** One posting: the same amount debited to one book account and credited to another. */
@Entity({ name: 'journal_line', schema: 'ledger' })
export class JournalLineRow extends rowOfFigures('After') {
  /** Position of the event that caused the posting. */
  @PrimaryColumn('bigint')
  position!: string;

  /** Place among the postings of the event, from 0. */
  @PrimaryColumn('smallint')
  line!: number;

  @Column('text')
  kind!: PostingKind;

  @Column('text', { name: 'debit_kind' })
  debitKind!: BookKind;

  @Column('text', { name: 'credit_kind' })
  creditKind!: BookKind;

  @Column('text')
  asset!: string;

  @Column('numeric', { precision: 78, scale: 0 })
  amount!: string;

  @Column('uuid', { name: 'account_id' })
  accountId!: string;

  @Column('uuid', { name: 'customer_id', nullable: true })
  customerId!: string | null;

  @Column('uuid', { name: 'purse_id', nullable: true })
  purseId!: string | null;

  @Column('uuid', { name: 'charge_id', nullable: true })
  chargeId!: string | null;
}
