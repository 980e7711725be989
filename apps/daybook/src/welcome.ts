import { relative } from 'node:path';
import colors from 'picocolors';
import type { DataFolder } from './data-folder';
import type { Launched } from './launch';

/** Where everything is and what to try next; every line for the shell works as it stands. */
export function welcome({ ledgerUrl, watcherUrl, chain }: Launched, folder: DataFolder): string {
  const data = relative(process.cwd(), folder.path) || '.';
  const curl = `curl -s -H "Authorization: Bearer $KEY"`;
  const json = `-H 'content-type: application/json'`;
  const lines = [
    '',
    colors.bold('Daybook is running.'),
    row('REST', `${ledgerUrl}/v1`),
    row('Documentation', `${ledgerUrl}/docs (any user name, the API key as the password)`),
    row('Health', `${ledgerUrl}/readyz and ${watcherUrl}/readyz`),
    ...(chain ? [row('Local chain', `${chain().url} (blocks are made on demand)`)] : []),
    row('Data and logs', `${data} (npm run reset clears it)`),
    '',
    colors.bold('Try next'),
    `  KEY=$(cat ${data}/api-key)`,
    `  ${curl} ${json} -d '{"externalId":"alice","families":["evm"]}' ${ledgerUrl}/v1/customers`,
    `  ${curl} ${ledgerUrl}/v1/purses`,
    `  ${curl} ${ledgerUrl}/v1/replenishments`,
    ...(chain ? chainLines(chain().url, chain().faucet, json) : []),
    '',
    colors.dim('Ctrl-C stops everything. The data stays.'),
  ];
  return lines.join('\n');
}

function row(name: string, value: string): string {
  return `  ${name.padEnd(14)} ${colors.cyan(value)}`;
}

function chainLines(url: string, faucet: string, json: string): string[] {
  const call = (method: string, params: string): string =>
    `  curl -s ${json} -d '{"jsonrpc":"2.0","id":1,"method":"${method}","params":[${params}]}' ${url}`;
  return [
    colors.dim('  # 1 ETH to a purse: put its address for 0x..., then make a block, three times'),
    call('eth_sendTransaction', `{"from":"${faucet}","to":"0x...","value":"0xde0b6b3a7640000"}`),
    call('evm_mine', ''),
  ];
}
