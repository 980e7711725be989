import { relative } from 'node:path';
import colors from 'picocolors';
import { DATA_FOLDER } from './cli/defaults';
import type { DataFolder } from './data-folder';
import { CONFIRMATIONS } from './demo/chain';
import type { Launched } from './launch';

const JSON_BODY = `-H 'content-type: application/json'`;

/** Where everything is and what to try next; every line for the shell works as it stands. */
export function welcome(
  { ledgerUrl, watcherUrl, grpcAddress, chain }: Launched,
  folder: DataFolder,
): string {
  const data = relative(process.cwd(), folder.path) || '.';
  const named = data === DATA_FOLDER ? '' : ` --data ${data}`;
  const health = [ledgerUrl, watcherUrl].flatMap((url) => (url === null ? [] : [`${url}/readyz`]));
  return [
    '',
    colors.bold('Daybook is running.'),
    ...(ledgerUrl === null
      ? []
      : [
          row('REST', `${ledgerUrl}/v1`),
          ...(grpcAddress === null ? [] : [row('gRPC', `${grpcAddress} (docs/grpc.md)`)]),
          row('Documentation', `${ledgerUrl}/docs (any user name, the API key as the password)`),
        ]),
    row('Health', health.join(' and ')),
    row('State', `npx daybook status${named}`),
    ...(chain ? [row('Local chain', `${chain().url} (blocks are made on demand)`)] : []),
    row('Data and logs', `${data} (npx daybook reset${named} clears it)`),
    ...(ledgerUrl === null ? [] : tryNext(ledgerUrl, data, chain)),
    '',
    colors.dim('Ctrl-C stops everything. The data stays.'),
  ].join('\n');
}

function tryNext(ledgerUrl: string, data: string, chain: Launched['chain']): string[] {
  const curl = `curl -s -H "Authorization: Bearer $KEY"`;
  const alice = `${curl} ${JSON_BODY} -d '{"externalId":"alice","families":["evm"]}' ${ledgerUrl}/v1/customers`;
  return [
    '',
    colors.bold('Try next'),
    `  KEY=$(cat ${data}/api-key)`,
    `  ${alice}`,
    `  ${curl} ${ledgerUrl}/v1/purses`,
    ...(chain ? chainLines(chain().url, chain().faucet, alice) : []),
    `  ${curl} ${ledgerUrl}/v1/replenishments`,
  ];
}

function row(name: string, value: string): string {
  return `  ${name.padEnd(14)} ${colors.cyan(value)}`;
}

/** One ETH to alice, and a block: repeated, the block confirms it. */
function chainLines(url: string, faucet: string, alice: string): string[] {
  const call = (method: string, params: string): string =>
    `  curl -s ${JSON_BODY} -d '{"jsonrpc":"2.0","id":1,"method":"${method}","params":[${params}]}' ${url}`;
  const transfer = `{"from":"${faucet}","to":"'$PURSE'","value":"0xde0b6b3a7640000"}`;
  return [
    `  PURSE=$(${alice} | grep -o '0x[0-9a-fA-F]\\{40\\}')`,
    call('eth_sendTransaction', transfer),
    `${call('evm_mine', '')}    # ${CONFIRMATIONS} times`,
  ];
}
