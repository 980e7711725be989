import { setTimeout as sleep } from 'node:timers/promises';
import { rejection } from '../testing/store-under-test';
import { type LogIdentity, StoreUnavailable, WrongLog } from './append';
import { logGuard } from './log-guard';

const identity: LogIdentity = { id: 'log', epoch: 1, streamPrefix: '', ended: [] };

/** A guard whose check is counted and answers with what it is given. */
function guarded() {
  const guard = logGuard();
  const state = { checks: 0, answer: async (): Promise<LogIdentity | null> => identity };
  guard.checkWith(() => {
    state.checks += 1;
    return state.answer();
  });
  return { guard, state };
}

describe('the guard of a log', () => {
  it('lets everything pass while nothing is to be checked', async () => {
    const guard = logGuard();
    guard.doubt();
    await guard.certain();
    expect(guard.isCertain()).toBe(true);
  });

  it('checks once for all who wait, and again after a doubt', async () => {
    const { guard, state } = guarded();
    expect(guard.isCertain()).toBe(false);
    await Promise.all([guard.certain(), guard.certain()]);
    await guard.certain();
    expect(state.checks).toBe(1);
    expect(guard.identity()).toBe(identity);
    guard.doubt();
    expect(guard.isCertain()).toBe(false);
    await guard.certain();
    expect(state.checks).toBe(2);
  });

  it('checks again when a doubt came during the check', async () => {
    const { guard, state } = guarded();
    state.answer = async () => {
      if (state.checks === 1) guard.doubt();
      return identity;
    };
    await guard.certain();
    expect(state.checks).toBe(2);
    expect(guard.isCertain()).toBe(true);
  });

  it('refuses another epoch than the one that it began in', async () => {
    const { guard, state } = guarded();
    await guard.certain();
    state.answer = async () => ({ ...identity, epoch: 2 });
    guard.doubt();
    expect(await rejection(guard.certain())).toBeInstanceOf(WrongLog);
    expect(guard.identity()).toBe(identity);
  });

  it('stays in doubt while the check cannot tell', async () => {
    const { guard, state } = guarded();
    state.answer = () => Promise.reject(new StoreUnavailable('The store is not reached.'));
    expect(await rejection(guard.certain())).toBeInstanceOf(StoreUnavailable);
    expect(guard.isCertain()).toBe(false);
    state.answer = async () => identity;
    await guard.certain();
    expect(guard.isCertain()).toBe(true);
  });

  it('refuses a wrong log without a check for each who asks, and looks again a second later', async () => {
    const { guard, state } = guarded();
    state.answer = () => Promise.reject(new WrongLog('It is another log.'));
    for (let i = 0; i < 5; i++) expect(await rejection(guard.certain())).toBeInstanceOf(WrongLog);
    expect(state.checks).toBe(1);
    state.answer = async () => identity;
    const until = performance.now() + 5_000;
    while (!guard.isCertain() && performance.now() < until) {
      await guard.certain().catch(() => sleep(50));
    }
    expect(state.checks).toBe(2);
    expect(guard.isCertain()).toBe(true);
  });
});
