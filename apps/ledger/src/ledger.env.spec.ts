import { EnvironmentError, readEnvironment } from '@daybook/platform';
import { databaseOf, databaseRolesOf, hasRole, LedgerEnv, mayAppend, ROLES } from './ledger.env';

const url = 'postgres://ledger:secret@127.0.0.1:5432/daybook';

function faults(source: Record<string, string>): readonly string[] {
  try {
    readEnvironment(LedgerEnv, source);
  } catch (error) {
    if (error instanceof EnvironmentError) return error.faults;
    throw error;
  }
  return [];
}

describe('the ledger’s configuration', () => {
  it('needs a database and has a default for everything else', () => {
    const env = readEnvironment(LedgerEnv, { DAYBOOK_DATABASE_URL: url });
    expect(env).toMatchObject({ databaseUrl: url, httpHost: '127.0.0.1', httpPort: 3000 });
    expect(ROLES.every((role) => hasRole(env, role))).toBe(true);
    expect(faults({})).toEqual([expect.stringContaining('DAYBOOK_DATABASE_URL')]);
  });

  it('runs the roles that are asked for and no other', () => {
    const env = readEnvironment(LedgerEnv, {
      DAYBOOK_DATABASE_URL: url,
      DAYBOOK_ROLES: 'api,relay',
    });
    expect(ROLES.filter((role) => hasRole(env, role))).toEqual(['api', 'relay']);
  });

  it('reaches the database as the user of each role, and else as the common one', () => {
    const own = 'postgres://projector:secret@127.0.0.1:5432/daybook';
    const env = readEnvironment(LedgerEnv, {
      DAYBOOK_DATABASE_URL: url,
      DAYBOOK_DATABASE_URL_PROJECTOR: own,
    });
    const variable = 'DAYBOOK_DATABASE_URL';
    expect(databaseOf(env, 'api')).toEqual({ url, variable });
    expect(databaseOf(env, 'projector')).toEqual({ url: own, variable: `${variable}_PROJECTOR` });
  });

  it.each([
    ['api', ['api'], true],
    ['relay', ['relay'], false],
    // What must happen because of an event runs with the projector, and appends.
    ['projector', ['reactions', 'projector'], true],
    ['consumer,relay', ['consumer', 'relay'], true],
  ])('has for the roles %s those of the database %s', (roles, expected, appends) => {
    const env = readEnvironment(LedgerEnv, { DAYBOOK_DATABASE_URL: url, DAYBOOK_ROLES: roles });
    expect(databaseRolesOf(env)).toEqual(expected);
    expect(mayAppend(env)).toBe(appends);
  });

  it.each([
    ['a database without a protocol', { DAYBOOK_DATABASE_URL: 'nope' }],
    ['a database of another kind', { DAYBOOK_DATABASE_URL: 'mysql://127.0.0.1/daybook' }],
    ['a database of a role without a protocol', { DAYBOOK_DATABASE_URL_RELAY: 'nope' }],
    ['a role that does not exist', { DAYBOOK_ROLES: 'api,cook' }],
    ['a port that does not exist', { DAYBOOK_HTTP_PORT: '70000' }],
    ['a key of another form', { DAYBOOK_BOOTSTRAP_API_KEY: 'hunter2' }],
    [
      "an account's key for an operator",
      { DAYBOOK_OPERATOR_KEY: `dbk_abcdefgh_${'s'.repeat(43)}` },
    ],
  ])('refuses %s without repeating it', (_, wrong) => {
    const [value] = Object.values(wrong);
    const [fault, ...others] = faults({ DAYBOOK_DATABASE_URL: url, ...wrong });
    expect(fault).toContain(Object.keys(wrong)[0]);
    expect(fault).not.toContain(value);
    expect(others).toEqual([]);
  });
});
