import type { Ajv2020, ValidateFunction } from 'ajv/dist/2020';
import balanceSchema from '../schemas/balance.v1.json';
import chainHeadSchema from '../schemas/chain-head.v1.json';
import ledgerEventSchema from '../schemas/ledger-event.v1.json';
import outflowSchema from '../schemas/outflow.v1.json';
import purseAddressSchema from '../schemas/purse-address.v1.json';
import transferSchema from '../schemas/transfer.v1.json';
import watchReportSchema from '../schemas/watch-report.v1.json';
import watchRequestSchema from '../schemas/watch-request.v1.json';
import type { BalanceV1, LedgerEventV1, OutflowV1, PurseAddressV1, TransferV1 } from './messages';
import type { ChainHeadV1, WatchReportV1, WatchRequestV1 } from './watch-messages';

/** A message that does not follow its schema. The consumer must stop or park it, never guess. */
export class MalformedMessage extends Error {
  override readonly name = 'MalformedMessage';
}

let ajv: Ajv2020 | undefined;

/** Loaded for the first message: the names of topics are also used where no message is read, as by migrations. */
function validator(): Ajv2020 {
  if (ajv !== undefined) return ajv;
  const { Ajv2020 } = require('ajv/dist/2020') as typeof import('ajv/dist/2020');
  const { default: addFormats } = require('ajv-formats') as typeof import('ajv-formats');
  // That the schemas themselves are valid is tested: checking it takes longer than all else here.
  ajv = new Ajv2020({ allowUnionTypes: true, validateSchema: false });
  addFormats(ajv);
  return ajv;
}

// Each returns the message in JSON text of its topic, and throws `MalformedMessage`.
export const parseTransfer = parserOf<TransferV1>(transferSchema);
export const parseOutflow = parserOf<OutflowV1>(outflowSchema);
export const parsePurseAddress = parserOf<PurseAddressV1>(purseAddressSchema);
export const parseChainHead = parserOf<ChainHeadV1>(chainHeadSchema);
export const parseLedgerEvent = parserOf<LedgerEventV1>(ledgerEventSchema);
export const parseBalance = parserOf<BalanceV1>(balanceSchema);
export const parseWatchRequest = parserOf<WatchRequestV1>(watchRequestSchema);
export const parseWatchReport = parserOf<WatchReportV1>(watchReportSchema);

function parserOf<Message>(schema: { readonly $id: string }): (text: string) => Message {
  // At its first message, because no app reads all topics, and each takes a while.
  const compiled = (): ValidateFunction<Message> =>
    validator().getSchema<Message>(schema.$id) ?? validator().compile<Message>(schema);
  return (text) => {
    const validate = compiled();
    let message: unknown;
    try {
      message = JSON.parse(text);
    } catch (cause) {
      throw new MalformedMessage(`A message of ${schema.$id} is not JSON.`, { cause });
    }
    if (validate(message)) return message;
    throw new MalformedMessage(
      `A message does not follow ${schema.$id}: ${validator().errorsText(validate.errors)}.`,
    );
  };
}
