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
