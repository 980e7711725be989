import type { Command } from '@commander-js/extra-typings';
import type { json } from '@daybook/contracts';
import { operate } from '../cli/operate';
import { actReasonOption, referenceOption, subcommand } from '../cli/options';

const REPLENISHMENTS = '/v1/operations/replenishments';

export function addReplenishments(program: Command): void {
  const replenishments = program
    .command('replenishments')
    .description('Take the credit of a replenishment back, or credit one that is voided or held.');

  subcommand(
    replenishments,
    'void',
    'Take a credit back, for good unless it is credited again.',
    'npx daybook replenishments void 7d1e5f00-... --reason "the token lied" --reference case-17',
  )
    .argument('<id>', 'the id of the replenishment')
    .addOption(actReasonOption())
    .addOption(referenceOption())
    .action((id, { reason, reference, ...options }) =>
      operate(options, async ({ api }) => {
        const act = { reason, reference };
        const changed = await api.post<json.Replenishment>(`${REPLENISHMENTS}/${id}/void`, act);
        return answerOf(changed, `${textOf(changed)} is voided.`);
      }),
    );

  subcommand(
    replenishments,
    'credit',
    'Credit a replenishment that is voided or held.',
    'npx daybook replenishments credit 7d1e5f00-... --reason "it did not" --reference case-18',
  )
    .argument('<id>', 'the id of the replenishment')
    .addOption(actReasonOption())
    .addOption(referenceOption())
    .action((id, { reason, reference, ...options }) =>
      operate(options, async ({ api }) => {
        const act = { reason, reference };
        const changed = await api.post<json.Replenishment>(`${REPLENISHMENTS}/${id}/credit`, act);
        return answerOf(changed, `${textOf(changed)} is credited to the ${changed.creditedTo}.`);
      }),
    );
}

function answerOf({ id, status, creditedTo, money }: json.Replenishment, sentence: string) {
  const { asset, baseUnits } = money;
  return { json: { id, status, creditedTo, asset, baseUnits }, text: () => sentence };
}

function textOf({ money: { amount, currency }, id }: json.Replenishment): string {
  return `${amount} ${currency} of ${id}`;
}
