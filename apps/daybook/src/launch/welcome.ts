import { relative } from 'node:path';
import colors from 'picocolors';
import type { DataFolder } from '../cli/data-folder';
import { DATA_FOLDER } from '../cli/options';
import { facts } from '../cli/output';
import { CURL_JSON, type DemoChain } from '../demo/chain';
import type { Launched } from './launch';

/** The addresses of everything, and commands to try next, ready to be pasted into a shell. */
export function welcome(launched: Launched, folder: DataFolder): string {
  const { ledgerUrl, watcherUrl, metricsUrl, grpcAddress, families, chain, chains } = launched;
  const data = relative(process.cwd(), folder.path) || '.';
  const option = data === DATA_FOLDER ? '' : ` --data ${data}`;
  const health = [ledgerUrl, watcherUrl].filter((url) => url !== null);
  return [
    '',
    colors.bold('Daybook is running.'),
    ...facts({
      REST: ledgerUrl && `${ledgerUrl}/v1`,
      gRPC: grpcAddress && `${grpcAddress} (docs/grpc.md)`,
      Documentation: ledgerUrl && `${ledgerUrl}/docs (any user name, the API key as the password)`,
      Health: health.map((url) => `${url}/readyz`).join(' and '),
      Metrics: [ledgerUrl && `${ledgerUrl}/metrics (an operator's key)`, metricsUrl]
        .filter(Boolean)
        .join(' and '),
      Chains: chains.join('; ') || 'none: name a chains file with --chains (docs/chains.md)',
      State: `npx daybook status${option}`,
      'Local chain': chain && `${chain().description}; blocks are made on demand`,
      'Data and logs': `${data} (npx daybook reset${option} deletes it)`,
    }),
    ...(ledgerUrl === null ? [] : tryNext(ledgerUrl, { data, option }, families, chain)),
    '',
    colors.dim('Ctrl-C stops everything. The data is kept.'),
  ].join('\n');
}

function tryNext(
  ledgerUrl: string,
  { data, option }: { readonly data: string; readonly option: string },
  families: Launched['families'],
  chain: Launched['chain'],
): string[] {
  const key = '-H "Authorization: Bearer $KEY"';
  const alice = `${CURL_JSON} ${key} -d '{"externalId":"alice","families":${JSON.stringify(families)}}' ${ledgerUrl}/v1/customers`;
  return [
    '',
    colors.bold('Try next'),
    `  KEY=$(cat ${data}/api-key)`,
    `  ${alice}`,
    `  curl -s ${key} ${ledgerUrl}/v1/purses`,
    ...(chain ? depositLines(chain(), alice, option) : []),
    `  curl -s ${key} ${ledgerUrl}/v1/replenishments`,
  ];
}

/** Pays the customer whom the command `create` creates, by the sandbox (docs/sandbox.md). */
function depositLines({ addressPattern, coin }: DemoChain, create: string, option: string) {
  return [
    `  PURSE=$(${create} | grep -o '${addressPattern}')`,
    `  npx daybook sandbox deposit $PURSE ${coin}${option}`,
  ];
}
