import { readHttpTls } from './encryption';
import { AppEnv, EnvironmentError, readEnvironment } from './env';

function faults(source: Readonly<Record<string, string>>): readonly string[] {
  try {
    readHttpTls(readEnvironment(AppEnv, { DAYBOOK_DATABASE_URL: 'postgres://x/y', ...source }));
  } catch (error) {
    if (error instanceof EnvironmentError) return error.faults;
    throw error;
  }
  return [];
}

describe('a port that other machines can reach', () => {
  it.each([...['127.0.0.1', '127.1.2.3', 'localhost', 'LOCALHOST', '::1', '::ffff:127.0.0.1']])(
    'is not one of %s',
    (host) => {
      expect(faults({ DAYBOOK_HTTP_HOST: host })).toEqual([]);
    },
  );

  it.each([
    ...['0.0.0.0', '::', '10.0.0.1', '192.0.2.1', '::ffff:10.0.0.1', 'fe80::1', 'ledger.internal'],
    // A name, and not the address that it looks like.
    ...['127.0.0.1.example.com', '127.1', 'localhost.example.com'],
  ])('is refused without TLS: %s', (host) => {
    const [fault, ...others] = faults({ DAYBOOK_HTTP_HOST: host });
    expect(others).toEqual([]);
    expect(fault).toContain(
      `DAYBOOK_HTTP_HOST: other machines can reach ${host}, and HTTP has no TLS`,
    );
    for (const right of [
      'DAYBOOK_HTTP_TLS_CERT',
      '127.0.0.1',
      'DAYBOOK_INSECURE=true',
      '--insecure',
    ]) {
      expect(fault).toContain(right);
    }
    expect(faults({ DAYBOOK_HTTP_HOST: host, DAYBOOK_INSECURE: 'true' })).toEqual([]);
    expect(faults({ DAYBOOK_HTTP_HOST: host, DAYBOOK_INSECURE: 'false' })).toEqual([fault]);
  });

  it('is that of the metrics, too, where there is one', () => {
    expect(faults({ DAYBOOK_METRICS_HOST: '0.0.0.0' })).toEqual([]);
    expect(faults({ DAYBOOK_METRICS_HOST: '0.0.0.0', DAYBOOK_METRICS_PORT: '9464' })).toEqual([
      expect.stringContaining('DAYBOOK_METRICS_HOST: other machines can reach 0.0.0.0'),
    ]);
  });
});
