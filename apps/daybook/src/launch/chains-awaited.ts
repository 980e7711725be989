import { setTimeout as sleep } from 'node:timers/promises';
import { loadChainsFile, UNANSWERED } from '@daybook/chains';
import { callService } from '../cli/call-service';

/** A node that works answers sooner. The rest of the service waits for nothing. */
const WAIT_MS = 2_000;
const POLL_MS = 50;

/** What the chain-watcher says about a chain in its readiness. */
interface Check {
  readonly status: 'ok' | 'failing';
  readonly detail?: string;
}

/** Says of each chain that is not watched after a moment what it waits for. */
export async function chainsAwaited(
  watcherUrl: string,
  chainsFile: string | undefined,
  certificate: string | undefined,
): Promise<readonly string[]> {
  const { connections } = loadChainsFile(chainsFile ?? null);
  const chains = connections.map(({ chain }) => chain);
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    const checks = await readChecks(watcherUrl, certificate);
    const awaited = chains.flatMap((chain) => {
      const reason = reasonOf(checks[chain]);
      return reason === null ? [] : `${chain} is not watched yet: ${reason}`;
    });
    if (awaited.length === 0 || Date.now() > deadline) return awaited;
    await sleep(POLL_MS);
  }
}

/** Why a chain is not watched; null if it is. */
function reasonOf(check: Check | undefined): string | null {
  if (check === undefined) return 'The chain-watcher does not answer.';
  const { status, detail = '' } = check;
  if (status === 'failing') return detail;
  return detail.includes(UNANSWERED) ? UNANSWERED : null;
}

async function readChecks(
  watcherUrl: string,
  certificate: string | undefined,
): Promise<Readonly<Record<string, Check>>> {
  try {
    const signal = AbortSignal.timeout(WAIT_MS);
    const answer = await callService(`${watcherUrl}/readyz`, { signal, certificate });
    const { checks } = (await answer.json()) as { checks?: Record<string, Check> };
    return checks ?? {};
  } catch {
    return {};
  }
}
