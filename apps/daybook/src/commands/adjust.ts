import { Argument, type Command, Option } from '@commander-js/extra-typings';
import type { json } from '@daybook/contracts';
import { EXIT } from '../cli/exit-codes';
import { type Answer, operate } from '../cli/operate';
import { actReasonOption, referenceOption, subcommand, uuid } from '../cli/options';

const ADJUST_HELP = `
It uses the key of an account: DAYBOOK_API_KEY, or the key of the data folder. A debit of more than is available is
refused. With --force an operator's key is used, and the claim may become negative; "findings claims" lists it then.
--dry-run shows what is available now and what would be, and changes nothing.`;

export function addAdjust(program: Command): void {
  subcommand(
    program,
    'adjust',
    'Correct the claim of a customer, or of the account itself, by hand.',
    'npx daybook adjust credit 1.5 USDT_ETH --customer 0b6cf4a5-... --reason "a bonus" --reference bonus-7',
    'npx daybook adjust debit 1.5 USDT_ETH --own --reason "paid out by hand" --reference payout-3 --dry-run',
    'npx daybook adjust debit 20 USDT_ETH --customer 0b6cf4a5-... --force --reason "paid twice" --reference case-17',
  )
    .addArgument(
      new Argument('<direction>', 'credit adds to the claim, debit takes from it').choices([
        ...(['credit', 'debit'] as const),
      ]),
    )
    .argument('<amount>', 'in whole units, such as 1.5')
    .argument('<asset>', 'a currency code such as USDT_ETH, or a CAIP-19 id')
    .option('--customer <id>', 'whose claim it is', uuid)
    .addOption(new Option('--own', "the account's own claim").conflicts('customer'))
    .option('--purse <id>', 'the purse of the customer that it is about', uuid)
    .addOption(actReasonOption())
    .addOption(referenceOption())
    .option('--dry-run', 'show what it would do, and change nothing')
    .option('--force', 'as an operator, debit it whatever is available')
    .option('--account <id>', 'the account of a forced debit (default: the default account)', uuid)
    .addHelpText('after', ADJUST_HELP)
    .action((direction, amount, asset, options, command) => {
      const { customer, own, purse, reason, reference, dryRun, force, account, ...rest } = options;
      if (customer === undefined && !own) command.error('error: name --customer <id>, or --own');
      if (force && direction === 'credit') command.error('error: only a debit can be forced');
      const what = { ...(customer !== undefined && { customerId: customer }), asset, amount };
      return operate(rest, async ({ api, accountApi, defaultAccountId }) => {
        if (dryRun) {
          const query = new URLSearchParams({ ...what, direction });
          const path = `/v1/adjustments/preview?${query}`;
          return previewOf(await accountApi.get<json.AdjustmentPreview>(path), force ?? false);
        }
        const owner = customer === undefined ? { owner: 'account' } : {};
        const body = { ...what, ...owner, purseId: purse, reason, reference };
        if (!force) {
          const made = { ...body, direction };
          return answerOf(await accountApi.post<json.Adjustment>('/v1/adjustments', made));
        }
        const forced = { ...body, accountId: account ?? defaultAccountId };
        const path = '/v1/operations/forced-debits';
        return answerOf(await api.post<json.Adjustment>(path, forced));
      });
    });
}

/** `schemas/adjustment-preview.v1.json` is the contract of the JSON. */
function previewOf(preview: json.AdjustmentPreview, isForced: boolean): Answer {
  const { available, availableAfter, insufficient } = preview;
  const isRefused = insufficient && !isForced;
  const text = () =>
    [
      `Available now: ${moneyText(available)}. After it: ${moneyText(availableAfter)}.`,
      isRefused ? 'It would be refused: no more is available.' : 'Nothing was changed.',
    ].join('\n');
  return { json: preview, text, exitCode: isRefused ? EXIT.failed : EXIT.ok };
}

/** `schemas/adjustment.v1.json` is the contract of the JSON. */
function answerOf({ position: _, ...adjustment }: json.Adjustment): Answer {
  const { id, money, direction, customerId, forced } = adjustment;
  const whose = customerId === null ? 'the account' : `customer ${customerId}`;
  const how = forced ? 'debited by force' : `${direction}ed`;
  const text = () => `${moneyText(money)} of ${whose} is ${how}: adjustment ${id}.`;
  return { json: { adjustment }, text };
}

function moneyText({ amount, currency }: json.Money): string {
  return `${amount} ${currency}`;
}
