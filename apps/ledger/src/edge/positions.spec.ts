import type { FastifyRequest } from 'fastify';
import type { PositionReached } from '../projections/position-reached';
import { awaitPosition } from './positions';

/** Read models that stand at a position and never move. */
const standingAt = (position: bigint) => {
  const asked: [bigint, number][] = [];
  const within = async (wanted: bigint, timeoutMs: number) => {
    asked.push([wanted, timeoutMs]);
    return wanted <= position;
  };
  return { asked, reached: { within } as unknown as PositionReached };
};
const reading = (query: object, method = 'GET') => ({ method, query }) as FastifyRequest;

describe('awaitPosition', () => {
  it('lets a read through when its position is reached', async () => {
    const { asked, reached } = standingAt(42n);
    await awaitPosition(reached)(reading({ minPosition: '42' }));
    expect(asked).toEqual([[42n, 5_000]]);
  });

  it('refuses a read whose position is not reached in time', async () => {
    const { reached } = standingAt(42n);
    await expect(awaitPosition(reached, 10)(reading({ minPosition: '43' }))).rejects.toMatchObject({
      code: 'position-not-reached',
      parts: { headers: { 'retry-after': '1' } },
    });
  });

  it('waits for nothing else', async () => {
    const { asked, reached } = standingAt(0n);
    const hook = awaitPosition(reached);
    await hook(reading({}));
    await hook(reading({ minPosition: '1' }, 'POST'));
    for (const minPosition of ['', '-1', '01', '9'.repeat(19), ['1', '2'], 1]) {
      await hook(reading({ minPosition }));
    }
    expect(asked).toEqual([]);
  });
});
