import { createHealth } from './health';

const fine = async (): Promise<void> => undefined;
const broken = (): Promise<void> => Promise.reject(new Error('connection refused'));

describe('health', () => {
  it('is alive but not ready while it starts', async () => {
    const health = createHealth({ required: { database: fine } });
    expect(health.livez().httpStatus).toBe(200);
    expect(health.startupz().httpStatus).toBe(503);
    expect((await health.readyz()).httpStatus).toBe(503);
    health.started();
    expect(health.startupz().httpStatus).toBe(200);
    expect(await health.readyz()).toEqual({
      httpStatus: 200,
      body: { status: 'ok', checks: { database: { status: 'ok' } } },
    });
  });

  it('is unready without what it requires and says why, yet alive', async () => {
    const health = createHealth({ required: { database: broken } });
    health.started();
    expect(await health.readyz()).toEqual({
      httpStatus: 503,
      body: {
        status: 'failing',
        checks: { database: { status: 'failing', detail: 'connection refused' } },
      },
    });
    expect(health.livez().httpStatus).toBe(200);
  });

  it('is ready but degraded without what is optional', async () => {
    const health = createHealth({ required: { database: fine }, optional: { node: broken } });
    health.started();
    const { httpStatus, body } = await health.readyz();
    expect([httpStatus, body.status]).toEqual([200, 'degraded']);
  });

  describe('with purposes', () => {
    const purposes = {
      reads: ['database', 'readers'],
      commands: ['database', 'log'],
      chains: ['chains'],
    };
    async function ready(failing: readonly string[], purpose?: string) {
      const check = (name: string) => (failing.includes(name) ? broken : fine);
      const health = createHealth({
        required: {
          database: check('database'),
          readers: check('readers'),
          log: check('log'),
        },
        optional: { chains: check('chains') },
        purposes,
      });
      health.started();
      const { httpStatus, body } = await health.readyz(purpose);
      return [httpStatus, body.status, body.purposes];
    }

    it('is degraded while one of them fails, and unready when none can be served', async () => {
      const all = { reads: 'ok', commands: 'ok', chains: 'ok' };
      expect(await ready([])).toEqual([200, 'ok', all]);
      expect(await ready(['log'])).toEqual([200, 'degraded', { ...all, commands: 'failing' }]);
      expect(await ready(['readers'])).toEqual([200, 'degraded', { ...all, reads: 'failing' }]);
      expect(await ready(['chains'])).toEqual([200, 'degraded', { ...all, chains: 'failing' }]);
      const none = { reads: 'failing', commands: 'failing', chains: 'ok' };
      expect(await ready(['log', 'readers'])).toEqual([503, 'failing', none]);
      expect(await ready(['database'])).toEqual([503, 'failing', none]);
    });

    it('answers about one of them', async () => {
      expect((await ready(['log'], 'commands'))[0]).toBe(503);
      expect((await ready(['log'], 'reads')).slice(0, 2)).toEqual([200, 'degraded']);
      expect((await ready(['readers', 'chains'], 'commands')).slice(0, 2)).toEqual([
        200,
        'degraded',
      ]);
      expect((await ready(['chains'], 'chains'))[0]).toBe(503);
    });
  });

  it('is unready from the moment it stops', async () => {
    const health = createHealth({ required: {} });
    health.started();
    health.stopping();
    expect((await health.readyz()).httpStatus).toBe(503);
  });

  it('does not wait for ever for a check', async () => {
    jest.useFakeTimers();
    const health = createHealth({ required: { database: () => new Promise(() => undefined) } });
    health.started();
    const ready = health.readyz();
    await jest.advanceTimersByTimeAsync(2_000);
    expect((await ready).httpStatus).toBe(503);
    jest.useRealTimers();
  });
});
