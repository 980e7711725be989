import { type Json, textOf } from '../tron-blocks';

/** java-tron has two writers of JSON, with spaces of their own. Each endpoint uses one of them. */
export type Writer = 'fastjson' | 'json-format';

/** Blocks and their infos never change, and are asked for again and again. */
const printed = new WeakMap<object, string>();

/** Every answer ends with a line break. */
export function print(answer: object, writer: Writer): string {
  const known = printed.get(answer);
  if (known !== undefined) return known;
  const text = `${writer === 'fastjson' ? textOf(answer) : formatted(answer)}\n`;
  printed.set(answer, text);
  return text;
}

/** `JsonFormat` of java-tron: a space after colons. */
function formatted(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(formatted).join(',')}]`;
  if (typeof value !== 'object' || value === null) return textOf(value);
  const members = Object.entries(value).map(([name, member]) => `"${name}": ${formatted(member)}`);
  return `{${members.join(',')}}`;
}

/** The fields of `TransactionInfo` of java-tron's Tron.proto by number: `JsonFormat` prints them so. */
const INFO_ORDER = [
  ...['id', 'fee', 'blockNumber', 'blockTimeStamp', 'contractResult', 'contract_address'],
  ...['receipt', 'log', 'result', 'resMessage', 'internal_transactions', 'packingFee'],
];
const RECEIPT_ORDER = ['energy_fee', 'energy_usage_total', 'net_usage', 'net_fee', 'result'];
const LOG_ORDER = ['address', 'topics', 'data'];
const INTERNAL_ORDER = [
  ...['hash', 'caller_address', 'transferTo_address', 'callValueInfo', 'note', 'rejected'],
];

/** The info of one transaction, which its endpoint writes in another order than the infos of a block. */
export function infoByFieldNumber(info: Json): Json {
  const { receipt, log, internal_transactions: internals, ...rest } = info;
  return ordered(
    {
      ...rest,
      receipt: ordered(receipt, RECEIPT_ORDER),
      ...(log && { log: log.map((each: Json) => ordered(each, LOG_ORDER)) }),
      ...(internals && {
        internal_transactions: internals.map(internalByFieldNumber),
      }),
    },
    INFO_ORDER,
  );
}

function internalByFieldNumber({ callValueInfo, ...rest }: Json): Json {
  const values = callValueInfo.map((each: Json) => ordered(each, ['callValue', 'tokenId']));
  return ordered({ ...rest, callValueInfo: values }, INTERNAL_ORDER);
}

function ordered(fields: Json, order: readonly string[]): Json {
  return Object.fromEntries(
    order.filter((name) => name in fields).map((name) => [name, fields[name]]),
  );
}
