import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { ApiKeyRow } from './api-key.row';

/** What is kept of the key with this key id; null when there is none. */
export class FindApiKey extends Query<Omit<ApiKeyRow, 'keyId'> | null> {
  constructor(readonly keyId: string) {
    super();
  }
}

@QueryHandler(FindApiKey)
export class FindApiKeyHandler implements IQueryHandler<FindApiKey> {
  constructor(private readonly dataSource: DataSource) {}

  async execute({ keyId }: FindApiKey): Promise<ApiKeyRow | null> {
    return this.dataSource.getRepository(ApiKeyRow).findOneBy({ keyId });
  }
}
