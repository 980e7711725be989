import { RpcFailure } from '../node-http';
import { isMissingBlock } from './missing-block';

/** One of two nodes behind a load balancer refuses what both must serve. More would prolong what is wrong. */
const ATTEMPTS_MAX = 3;

/** What every node must answer. It is asked again when it is refused, as by a broken node behind a load balancer. */
export async function askAgain<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      const isRefused = error instanceof RpcFailure && error.kind === 'refused';
      if (!isRefused || isMissingBlock(error) || attempt === ATTEMPTS_MAX) throw error;
    }
  }
}
