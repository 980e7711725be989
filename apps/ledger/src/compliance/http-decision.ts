import { createHmac } from 'node:crypto';
import { decisionUrl } from '../compliance.env';
import type { LedgerEnv } from '../ledger.env';
import { circuit } from './circuit';
import type { Asked, Screening, Verdict } from './screening';

/** An answer is one word and perhaps a sentence. */
const ANSWER_BYTES_MAX = 64 * 1024;

const VERDICTS: Readonly<Record<string, Verdict>> = {
  approved: { verdict: 'passed' },
  declined: { verdict: 'declined' },
  review: 'review',
};

/**
 * Asks a service of the operator's choice. Requests are signed as Standard Webhooks are: HMAC-SHA256 over id, time and
 * body. Redirects are not followed, so that nobody but the operator says where requests go. Everything but a clear
 * answer is a failure, which decides nothing.
 */
export function httpDecision(
  env: Pick<LedgerEnv, 'complianceUrl' | 'complianceSecret' | 'complianceTimeoutMs'>,
): Screening {
  const url = decisionUrl(env);
  const { complianceSecret: secret = '', complianceTimeoutMs: timeoutMs } = env;
  const guarded = circuit();
  return {
    mode: 'http',
    check: (asked) =>
      guarded(async () => {
        const body = JSON.stringify(questionOf(asked));
        const answer = await fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...signed(secret, asked, body) },
          body,
          redirect: 'error',
          signal: AbortSignal.timeout(timeoutMs),
        });
        return verdictIn(answer.status, await textOf(answer));
      }),
  };
}

/** The transfer as the service sees it. Amounts are base units, as text. */
function questionOf({ replenishmentId, parties, transfer, block }: Asked) {
  const { chain, asset, amount, netted = '0', from, to, txHash } = transfer;
  return { replenishmentId, ...parties, chain, asset, amount, netted, from, to, txHash, block };
}

function signed(secret: string, { replenishmentId, block }: Asked, body: string) {
  // The same for each attempt, so that the service can tell repetitions.
  const id = `${replenishmentId}.${block?.hash ?? ''}`;
  const time = Math.floor(Date.now() / 1_000);
  const hmac = createHmac('sha256', secret).update(`${id}.${time}.${body}`).digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': `${time}`,
    'webhook-signature': `v1,${hmac}`,
  };
}

async function textOf(answer: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const part of answer.body ?? []) {
    text += decoder.decode(part, { stream: true });
    if (text.length > ANSWER_BYTES_MAX) throw new Error('The compliance service answers too much.');
  }
  return text + decoder.decode();
}

function verdictIn(status: number, text: string): Verdict {
  if (status !== 200) throw new Error(`The compliance service answers with status ${status}.`);
  const word = decisionIn(text);
  const verdict = Object.hasOwn(VERDICTS, word) ? VERDICTS[word] : undefined;
  if (verdict !== undefined) return verdict;
  const words = Object.keys(VERDICTS).join(', ');
  throw new Error(`The compliance service must answer {"decision": one of ${words}}.`);
}

function decisionIn(text: string): string {
  try {
    return String((JSON.parse(text) as { decision?: unknown } | null)?.decision);
  } catch {
    return '';
  }
}
