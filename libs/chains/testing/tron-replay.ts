import { serve } from './serve';
import type { Json } from './tron-blocks';
import { type Recorded, recording } from './tron-recordings';

export interface ReplayReply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Gives another answer than the recorded one, or undefined for that. The path is such as `wallet/getblock`. */
export type Spoiler = (path: string, body: Json) => ReplayReply | undefined;

/** Serves the answers of a recorded node byte for byte, on both ports, up to heights that a test chooses. */
export async function startReplay(name = 'transfers') {
  const blocks = recording(name);
  const last = blocks.length - 1;
  const replay = {
    /** By height. A test may go on with those of another recording. */
    recorded: blocks,
    head: last,
    solid: last,
    spoil: (() => undefined) as Spoiler,
    witnesses: [...new Set(blocks.slice(1).map(({ block }) => witnessOf(JSON.parse(block))))],
    /** Keys of witness permissions by the witness, both as 41 and digits. */
    permissions: new Map<string, string>(),
    /** The path of each request. */
    asked: [] as string[],
  };

  function blockText(at: unknown, top: number, detail: unknown): string {
    const found = replay.recorded.slice(0, top + 1).find(({ height, block }) => {
      return at === undefined
        ? height === top
        : `${height}` === at || JSON.parse(block).blockID === at;
    });
    if (found === undefined) return '{}\n';
    if (detail === true) return found.block;
    const { transactions: _, ...header } = JSON.parse(found.block);
    return JSON.stringify(header);
  }

  function recordedText(path: string, body: Json): ReplayReply {
    const [port, call] = path.split('/');
    const top = port === 'wallet' ? replay.head : replay.solid;
    switch (call) {
      case 'getblock':
        return { text: blockText(body.id_or_num, top, body.detail) };
      case 'gettransactioninfobyblocknum':
        return { text: body.num > top ? '[]\n' : (replay.recorded[body.num]?.infos ?? '[]\n') };
      case 'gettransactioninfobyid':
        return { text: oneOf(replay.recorded.slice(0, top + 1), 'infos', body.value) };
      case 'gettransactionbyid':
        return { text: oneOf(replay.recorded.slice(0, top + 1), 'block', body.value) };
      case 'listwitnesses':
        return {
          text: JSON.stringify({ witnesses: replay.witnesses.map((address) => ({ address })) }),
        };
      case 'getaccount':
        return { text: JSON.stringify(accountOf(body.address, replay.permissions)) };
      default:
        return { status: 405, text: '<html><body><h2>HTTP ERROR 405</h2></body></html>' };
    }
  }

  const { url, stop } = await serve(async (text, response, request) => {
    const path = (request.url ?? '').slice(1);
    replay.asked.push(path);
    const body = JSON.parse(text);
    const reply = replay.spoil(path, body) ?? recordedText(path, body);
    response.writeHead(reply.status ?? 200, reply.headers).end(reply.text);
  });
  return Object.assign(replay, { url, close: stop });
}

/** The info of a transaction, or the transaction itself. */
function oneOf(recorded: readonly Recorded[], from: 'infos' | 'block', id: unknown): string {
  for (const answers of recorded) {
    if (!answers[from].includes(`${id}`)) continue;
    const answer = JSON.parse(answers[from]);
    const listed: readonly Json[] = from === 'infos' ? answer : (answer.transactions ?? []);
    const found = listed.find((each) => (each.id ?? each.txID) === id);
    if (found !== undefined) return JSON.stringify(found);
  }
  return '{}\n';
}

function accountOf(address: string, permissions: ReadonlyMap<string, string>): Json {
  const key = permissions.get(address);
  const witness_permission = {
    type: 'Witness',
    id: 1,
    threshold: 1,
    keys: [{ address: key, weight: 1 }],
  };
  return { address, ...(key !== undefined && { witness_permission }) };
}

function witnessOf(block: Json): string {
  return block.block_header.raw_data.witness_address;
}
