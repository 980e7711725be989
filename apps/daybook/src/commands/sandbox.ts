import { type Command, Option } from '@commander-js/extra-typings';
import type { json } from '@daybook/contracts';
import { SANDBOX_SCENARIOS } from '@daybook/domain';
import { EXIT } from '../cli/exit-codes';
import { operate } from '../cli/operate';
import { subcommand } from '../cli/options';
import { facts } from '../cli/output';

const DEPOSITS = '/v1/sandbox/deposits';
/** An id of a purse; anything else is an address. */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const HELP = `
It is requested as by the account whose key is used: DAYBOOK_API_KEY, or the key of the data folder. There is a sandbox
only where every watched chain is a development chain (docs/sandbox.md).`;

export function addSandbox(program: Command): void {
  const sandbox = program
    .command('sandbox')
    .description('Send deposits on a development chain, to try every state of one.');

  subcommand(
    sandbox,
    'deposit',
    'Request a deposit to a purse.',
    'npx daybook sandbox deposit 9b8a7c6d-... USDT_LOCAL --amount 25.5',
    'npx daybook sandbox deposit 0x8617E340B3D01FA5F11F306F4090FD50E238070D ETH_LOCAL --scenario pending',
  )
    .argument('<purse>', 'the id or the address of the purse')
    .argument('<asset>', 'a currency code, or a CAIP-19 id')
    .option('--amount <units>', 'in whole units (default: the minimum of the asset)')
    .addOption(
      new Option('--scenario <name>', 'what happens to it')
        .choices(SANDBOX_SCENARIOS)
        .default('deposit' as const),
    )
    .addHelpText('after', HELP)
    .action((purse, asset, { amount, scenario, ...options }) =>
      operate(options, async ({ accountApi }) => {
        const to = UUID.test(purse) ? { purseId: purse.toLowerCase() } : { address: purse };
        const body = { ...to, asset, scenario, ...(amount !== undefined && { amount }) };
        return answerOf(await accountApi.post<json.SandboxDeposit>(DEPOSITS, body));
      }),
    );

  subcommand(
    sandbox,
    'mine',
    'Request blocks until a deposit is final; one that a reorg took back is sent again.',
    'npx daybook sandbox mine 2b6f0c1e-...',
  )
    .argument('<id>', 'the id of the deposit')
    .addHelpText('after', HELP)
    .action((id, options) =>
      operate(options, async ({ accountApi }) =>
        answerOf(await accountApi.post<json.SandboxDeposit>(`${pathOf(id)}/mine`, {})),
      ),
    );

  subcommand(
    sandbox,
    'show',
    'Show how far a deposit is.',
    'npx daybook sandbox show 2b6f0c1e-... --json | jq .replenishmentId',
  )
    .argument('<id>', 'the id of the deposit')
    .addHelpText('after', HELP)
    .action((id, options) =>
      operate(options, async ({ accountApi }) =>
        answerOf(await accountApi.get<json.SandboxDeposit>(pathOf(id))),
      ),
    );
}

function pathOf(id: string): string {
  return `${DEPOSITS}/${encodeURIComponent(id)}`;
}

function answerOf(deposit: json.SandboxDeposit) {
  const { id, scenario, state, refusal, money, chain, txHash, replenishmentId } = deposit;
  const text = () =>
    [
      `Deposit ${id}`,
      ...facts({
        ...{ state, refusal, scenario, amount: `${money.amount} ${money.currency}` },
        ...{ chain, transaction: txHash, replenishment: replenishmentId },
        blocks: deposit.mineRequested ? 'requested' : null,
      }),
    ].join('\n');
  return { json: deposit, text, exitCode: state === 'failed' ? EXIT.failed : EXIT.ok };
}
