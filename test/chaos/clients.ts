import { randomUUID } from 'node:crypto';
import { pause } from '@daybook/platform/plain';
import type { Random } from '../../apps/chain-watcher/testing/random';
import type { Answer, Product } from './product';

const RETRY_AFTER_MS = 100;
/** Past this many customers, commands are repeated, and must be answered as the first time. */
const CUSTOMERS_MAX = 200;

export interface AnsweredPurse {
  readonly id: string;
  readonly customerId: string;
  readonly address: string;
}

/** What was answered with a success, and what was answered wrongly. */
export interface Answered {
  /** Ids by the names that the clients gave. */
  readonly customers: Map<string, string>;
  readonly purses: Map<string, AnsweredPurse>;
  readonly faults: string[];
  commands: number;
  repeats: number;
}

/** Merchants who create customers and mint purses, and repeat each request until it is answered. */
export function clients(
  product: Product,
  onPurse: (purse: AnsweredPurse) => void,
  givenUp: AbortSignal,
) {
  const answered: Answered = {
    ...{ customers: new Map(), purses: new Map(), faults: [] },
    ...{ commands: 0, repeats: 0 },
  };
  let created = 0;
  const fault = (sentence: string) => void answered.faults.push(sentence);

  /** Until it is answered. Null if the run is given up, or if it is refused, which no request of these may be. */
  async function insist(path: string, body: object): Promise<Answer['body'] | null> {
    while (!givenUp.aborted) {
      const answer = await product.request('POST', path, body).catch(() => null);
      if (answer !== null && answer.status < 300) {
        answered.commands += 1;
        return answer.body;
      }
      if (answer !== null && answer.status < 500 && answer.status !== 429) {
        fault(`POST ${path} is refused: ${answer.status} ${JSON.stringify(answer.body)}`);
        return null;
      }
      answered.repeats += 1;
      await pause(RETRY_AFTER_MS, givenUp);
    }
    return null;
  }

  function noteCustomer(name: string, id: string): void {
    const known = answered.customers.get(name);
    if (known !== undefined && known !== id) fault(`Customer ${name} is ${known} and ${id}.`);
    answered.customers.set(name, id);
  }

  function notePurse({ id, customerId, address }: AnsweredPurse): void {
    const known = answered.purses.get(id);
    if (known !== undefined) {
      if (known.address !== address) fault(`Purse ${id} has ${known.address} and ${address}.`);
      return;
    }
    answered.purses.set(id, { id, customerId, address });
    onPurse({ id, customerId, address });
  }

  async function create(name: string, withPurse: boolean): Promise<void> {
    const families = withPurse ? ['evm'] : [];
    const customer = await insist('/v1/customers', { externalId: name, families });
    if (customer === null) return;
    noteCustomer(name, customer.id);
    for (const purse of customer.purses) notePurse(purse);
  }

  async function mint(customerId: string): Promise<void> {
    const purse = await insist(`/v1/customers/${customerId}/purses`, { family: 'evm' });
    if (purse !== null) notePurse(purse);
  }

  return {
    answered,
    /** A new customer; false if it is not answered at once. */
    commandWorks: async (): Promise<boolean> => {
      const externalId = `probe-${randomUUID()}`;
      const answer = await product
        .request('POST', '/v1/customers', { externalId })
        .catch(() => null);
      if (answer?.status !== 201) return false;
      answered.commands += 1;
      noteCustomer(externalId, answer.body.id);
      return true;
    },
    create,
    /** Sends commands until the signal. */
    async live(random: Random, everyMs: number, signal: AbortSignal): Promise<void> {
      while (!signal.aborted) {
        const ids = [...answered.customers.values()];
        const isNew = created < CUSTOMERS_MAX && (ids.length === 0 || random.oneIn(2));
        if (isNew) await create(`customer-${created++}`, random.oneIn(2));
        else if (random.oneIn(4)) await create(`customer-${random.integer(created)}`, true);
        else await mint(random.pick(ids));
        await pause(everyMs * (0.5 + random.integer(1_000) / 1_000), signal);
      }
    },
  };
}
