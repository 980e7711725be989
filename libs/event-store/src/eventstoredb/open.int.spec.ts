import { EngineMisconfigured } from '@daybook/platform/plain';
import { freePort } from '../../../../test/dependencies';
import { anAppend } from '../../testing/an';
import { type StandIn, startEventStoreDbStandIn } from '../../testing/eventstoredb-stand-in';
import { rejection } from '../../testing/store-under-test';
import { StoreUnavailable } from '../event-store';
import { openEventStoreDb } from './open';

const PASSWORD = 'Päss:w@rd%';
let secured: StandIn;

beforeAll(async () => {
  secured = await startEventStoreDbStandIn({
    users: {
      daybook: { password: PASSWORD, mayReadAll: true },
      stranger: { password: PASSWORD, mayReadAll: false },
    },
  });
});
afterAll(() => secured.stop());

const open = (url: string) => openEventStoreDb({ url, kinds: ['test'] });

async function refusal(url: string): Promise<Error> {
  const error = await rejection(open(url));
  expect(error).toBeInstanceOf(Error);
  expect(String(error)).not.toContain(PASSWORD);
  expect(String(error)).not.toContain(encodeURIComponent(PASSWORD));
  return error as Error;
}

describe('opening the log in EventStoreDB', () => {
  it('succeeds with TLS and the credentials of a user who may read everything', async () => {
    const store = await open(secured.url);
    expect(await store.append(anAppend())).toMatchObject({ outcome: 'appended' });
    expect(await store.head()).toBeGreaterThan(0n);
    await store.close();
  });

  it('names credentials that the server does not accept', async () => {
    for (const url of [secured.urlFor('daybook', 'wrong'), secured.urlFor('nobody', PASSWORD)]) {
      const error = await refusal(url);
      expect(error).toBeInstanceOf(EngineMisconfigured);
      expect(error.message).toMatch(
        /does not accept the user or the password .+\. Use the credentials /,
      );
    }
  });

  it('names a user, or nobody, who may not read $all', async () => {
    const anonymous = secured.url.replace(/\/\/[^@]*@/, '//');
    for (const url of [secured.urlFor('stranger', PASSWORD), anonymous]) {
      const error = await refusal(url);
      expect(error).toBeInstanceOf(EngineMisconfigured);
      expect(error.message).toContain('does not let this user read $all');
    }
  });

  it('says where nobody listens, and works when somebody does', async () => {
    const port = await freePort();
    const url = `esdb://127.0.0.1:${port}?tls=false`;
    const error = await refusal(url);
    expect(error).toBeInstanceOf(StoreUnavailable);
    expect(error.message).toContain(`127.0.0.1:${port} cannot be reached`);
    const standIn = await startEventStoreDbStandIn({ port });
    await (await open(url)).close();
    await standIn.stop();
  });

  it('says so when one side has TLS and the other has not', async () => {
    const error = await refusal(`esdb://localhost:${secured.port}?tls=false`);
    expect(error).toBeInstanceOf(StoreUnavailable);
    expect(error.message).toContain('with TLS, or without TLS');
  });

  it('names a host that does not exist', async () => {
    const error = await refusal('esdb://no-such-host.invalid:2113?tls=false');
    expect(error).toBeInstanceOf(EngineMisconfigured);
    expect(error.message).toContain('no-such-host.invalid:2113');
  });

  it('names a certificate that is not there', async () => {
    const error = await refusal('esdb://localhost:2113?tlsCAFile=%2Fnowhere%2Fca.pem');
    expect(error).toBeInstanceOf(EngineMisconfigured);
    expect(error.message).toContain('tlsCAFile');
  });

  it('finds the leader of a cluster by gossip', async () => {
    const store = await open(secured.url.replace('esdb://', 'esdb+discover://'));
    expect(await store.append(anAppend())).toMatchObject({ outcome: 'appended' });
    await store.close();
  });
});
