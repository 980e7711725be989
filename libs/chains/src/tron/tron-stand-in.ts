import type { ProviderConnection } from '../chains-and-assets';
import type { DevelopmentNode } from '../development-node';
import { createNodeHttp, RpcFailure } from '../node-http';
import { type Fields, fieldsOf } from './answer';
import { readTronAnswer } from './tron-node';

/**
 * The stand-in for a TRON node as a development node. It pays from its faucet, and knows by the reference in a
 * transaction's memo which payment it has sent already, so its slots say nothing.
 */
export function openTronStandIn(
  chain: string,
  { rpcUrl, headers, requestsPerSecond: perSecondMax }: ProviderConnection,
): DevelopmentNode {
  const http = createNodeHttp({ url: rpcUrl, headers, perSecondMax, limitStatuses: [] });

  async function ask(name: string, question: object = {}): Promise<Fields> {
    const path = `stand-in/${name}`;
    const body = JSON.stringify(question);
    const answer = await http.ask({ name: path, path, body }, (bytes) =>
      readTronAnswer(bytes, path, http),
    );
    return fieldsOf(answer, 'answer of the stand-in');
  }

  return {
    async obstacle() {
      try {
        const { chain: own } = await ask('chain');
        return own === chain ? null : `The stand-in is of another chain than ${chain}.`;
      } catch (error) {
        // A real node has no such path.
        if (!(error instanceof RpcFailure) || error.kind !== 'refused') throw error;
        return `The node of ${chain} is no stand-in for a TRON node, which the sandbox needs.`;
      }
    },
    makesOwnBlocks: async () => (await ask('chain')).makesOwnBlocks === true,
    reserve: async () => ({ sender: chain, nonce: 0 }),
    async send({ id, to, asset, amount }) {
      const [, name] = asset.split('/');
      const answer = await ask('pay', { to, asset: name, amount: String(amount), reference: id });
      return String(answer.txid);
    },
    mine: async (blocks) => void (await ask('mine', { blocks })),
    takeBack: async (transaction) => void (await ask('replace', { transaction })),
  };
}
