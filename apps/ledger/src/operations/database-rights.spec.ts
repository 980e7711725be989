import { FOLLOWING_TABLES } from './database-rights';
import { READ_MODELS } from './read-models';

describe('the rights in the database', () => {
  it('know the tables of all read models, and no others as such', () => {
    const tables = READ_MODELS.flatMap((model) => model.tables);
    expect(new Set(FOLLOWING_TABLES)).toEqual(new Set(tables));
  });
});
