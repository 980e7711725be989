import { EventStore } from '@daybook/event-store';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { PositionReached } from '../projections/position-reached';

/**
 * Whether the log may have customers from before there were lookup keys. No version creates any more of them, so a log
 * that had none at one moment is not asked again, and creating a customer costs no read.
 */
@Injectable()
export class UnkeyedCustomers {
  /** The end of the log when this was first asked. */
  private end: bigint | undefined;
  private exist: boolean | undefined;

  constructor(
    private readonly store: EventStore,
    private readonly dataSource: DataSource,
    private readonly reached: PositionReached,
  ) {}

  async mayExist(): Promise<boolean> {
    if (this.exist !== undefined) return this.exist;
    this.end ??= await this.store.head();
    // Rows that are behind that end could lack one: until then the streams themselves are read.
    if (!(await this.reached.within(this.end, 0))) return true;
    const [{ exist }] = await this.dataSource.query<[{ exist: boolean }]>(
      'SELECT EXISTS (SELECT FROM ledger.customer WHERE external_id_hash IS NULL) AS exist',
    );
    this.exist = exist;
    return exist;
  }
}
