import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@daybook/platform';
import type { DataSource } from 'typeorm';
import { ledgerDataSource } from '../runtime/data-source';
import { takeAddressIndexes } from './purse-addresses';

describe('take address indexes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-indexes-'));
  let server: EmbeddedPostgres;
  let dataSource: DataSource;

  const open = async (): Promise<void> => {
    server = await startEmbeddedPostgres({ folder: join(folder, 'postgres') });
    dataSource = await ledgerDataSource(server.url).initialize();
  };

  beforeAll(async () => {
    await open();
    await dataSource.query(
      'BEGIN; SET LOCAL synchronous_commit = on; CREATE SCHEMA ledger CREATE SEQUENCE address_index; COMMIT',
    );
  });
  afterAll(async () => {
    await dataSource.destroy();
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  it('gives no index twice, not even when the server is killed right afterwards', async () => {
    const taken: number[] = [];
    for (let kills = 0; kills < 3; kills++) {
      taken.push(...(await takeAddressIndexes(dataSource, 3)));
      process.kill(server.pid, 'SIGKILL');
      await server.exited;
      await dataSource.destroy();
      await open();
    }
    taken.push(...(await takeAddressIndexes(dataSource, 3)));
    expect(new Set(taken).size).toBe(12);
  });
});
