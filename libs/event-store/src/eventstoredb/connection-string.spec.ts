import { EngineMisconfigured } from '@daybook/platform/plain';
import { checkConnectionString } from './connection-string';

const SECRET = 'open-sesame';

function refusal(url: string): string {
  try {
    checkConnectionString(url);
  } catch (error) {
    expect(error).toBeInstanceOf(EngineMisconfigured);
    expect(error).toMatchObject({ engine: 'EventStoreDB' });
    return String(error);
  }
  throw new Error(`${url} was expected to be refused.`);
}

describe('a connection string of EventStoreDB', () => {
  it.each([
    ['esdb://localhost', 'localhost'],
    ['esdb://localhost:2113?tls=false', 'localhost:2113'],
    [
      `esdb://admin:${SECRET}@one:2113,two:2113,three?nodePreference=leader`,
      'one:2113,two:2113,three',
    ],
    [
      `esdb+discover://admin:${SECRET}%40%3A@cluster.example/?tlsCAFile=%2Fetc%2Fca.pem`,
      'cluster.example',
    ],
    [' esdb://localhost:2113/ ', 'localhost:2113'],
  ])('may be %s', (url, place) => {
    expect(checkConnectionString(url)).toBe(place);
  });

  it.each([
    ['', 'cannot be read'],
    ['localhost:2113', 'cannot be read'],
    [`https://admin:${SECRET}@localhost:2113`, 'cannot be read'],
    [`esdb://admin:${SECRET}@localhost:port`, 'no host and port'],
    [`esdb://admin:${SECRET}@localhost:99999`, 'no host and port'],
    ['esdb://', 'no host and port'],
    [`esdb://admin:${SECRET}@localhost:2113?tls=false`, 'without TLS they are not sent'],
    [`esdb://admin:${SECRET}:more@localhost`, 'cannot be read'],
    [`esdb://admin:%zz${SECRET}@localhost`, 'cannot be read'],
    [`esdb://${SECRET}@localhost`, 'cannot be read'],
    [`esdb://admin:${SECRET}@localhost?tsl=false`, 'unknown option tsl'],
    [`esdb://admin:${SECRET}@localhost?tls`, 'unknown option'],
    [`esdb://admin:${SECRET}@localhost?tlsVerifyCert=false`, 'tlsCAFile'],
    [`esdb://admin:${SECRET}@localhost?throwOnAppendFailure=false`, 'Leave it out'],
  ])('may not be %s, and its password is not told', (url, reason) => {
    const message = refusal(url);
    expect(message).toContain(reason);
    expect(message).not.toContain(SECRET);
    expect(message.match(/[.?] |\.$/g)?.length).toBeGreaterThanOrEqual(2);
  });
});
