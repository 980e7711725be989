import type { Command } from '@commander-js/extra-typings';
import type { json } from '@daybook/contracts';
import { EXIT } from '../cli/exit-codes';
import { operate } from '../cli/operate';
import { subcommand, transactionHash } from '../cli/options';
import { facts, table } from '../cli/output';

const WHERE_HELP = `
It is answered as to the account whose key is used: DAYBOOK_API_KEY, or the key of the data folder. Nothing is told of
other accounts. The answer takes up to 5 s; the exit code is 3 if the chain was not heard by then.`;

export function addWhere(program: Command): void {
  subcommand(
    program,
    'where',
    'Show where a transaction is: what its chain shows, and what became of each movement in it.',
    `npx daybook where eip155:1 0x${'5c'.repeat(32)}`,
    `npx daybook where tron:728126428 ${'5c'.repeat(32)} --json | jq '.movements[].reason'`,
  )
    .argument('<chain>', 'a CAIP-2 id, as "chains list" shows it')
    .argument('<hash>', 'the hash of the transaction', transactionHash)
    .addHelpText('after', WHERE_HELP)
    .action((chain, hash, options) =>
      operate(options, async ({ accountApi }) => {
        const path = `/v1/chains/${encodeURIComponent(chain)}/transactions/${hash}`;
        const found = await accountApi.get<json.Transaction>(path);
        const exitCode = found.retryAfterSeconds === null ? EXIT.ok : EXIT.unreachable;
        return { json: found, text: () => transactionPage(found), exitCode };
      }),
    );
}

function transactionPage(found: json.Transaction): string {
  const { hash, chain, status, detail, block, confirmations, retryAfterSeconds } = found;
  const { movements, movementsLeft } = found;
  const rows = movements.map((movement) => [
    ...[movement.ordinal, movement.direction ?? '', moneyOf(movement), movement.from, movement.to],
    ...[movement.replenishmentStatus ?? '', movement.reason ?? ''],
    confirmationsText(movement.confirmations) ?? '',
  ]);
  const sentences = new Set(
    movements.flatMap(({ reason, detail: why }) => (why === null ? [] : `${reason}: ${why}`)),
  );
  return [
    hash,
    ...facts({
      chain,
      status,
      note: detail,
      block: block && `${block.number}${block.hash === null ? '' : ` (${block.hash})`}`,
      time: block?.time ?? null,
      confirmations: confirmationsText(confirmations),
      'ask again': retryAfterSeconds === null ? null : `in ${retryAfterSeconds} s`,
    }),
    ...(rows.length === 0
      ? ['No movement is shown.']
      : [
          '',
          table(
            [
              'movement',
              'direction',
              'amount',
              'from',
              'to',
              'replenishment',
              'reason',
              'confirmations',
            ],
            rows,
          ),
        ]),
    ...(movementsLeft === 0 ? [] : [`And ${movementsLeft} more.`]),
    ...(sentences.size === 0 ? [] : ['', ...sentences]),
  ].join('\n');
}

function moneyOf({ money: { amount, currency, asset, decimals } }: json.Movement): string {
  // Of a token that is not listed, nobody knows the decimals.
  return decimals === 0 && currency === 'UNREGISTERED'
    ? `${amount} of ${asset}`
    : `${amount} ${currency}`;
}

function confirmationsText(confirmations: json.Confirmations | null): string | null {
  if (confirmations === null) return null;
  const { current, required, policy } = confirmations;
  return required === null ? `${current}, final by ${policy}` : `${current} of ${required}`;
}
