import { Argument, type Command, Option } from '@commander-js/extra-typings';
import type { json } from '@daybook/contracts';
import type { List } from '../cli/ledger-api';
import { type Answer, operate } from '../cli/operate';
import { actReasonOption, referenceOption, subcommand } from '../cli/options';
import { facts, recordTable } from '../cli/output';

const FINDINGS = '/v1/operations/findings';
const CLAIMS = '/v1/operations/negative-claims';

const RESOLVE_HELP = `
"credit" books the difference to the claim that --to names (from it, when the difference is negative), and needs
--difference, the base units that "findings show" shows: another difference by now is refused. "note" leaves it as
it is. "rescan" has the watcher match the blocks of the finding again; the finding stays open.`;

export function addFindings(program: Command): void {
  const findings = program
    .command('findings')
    .description('List and resolve findings: differences between the chain and the books.');

  subcommand(
    findings,
    'list',
    'List findings, the newest first.',
    'npx daybook findings list',
    'npx daybook findings list --all',
    "npx daybook findings list --kind unplanned-outflow --json | jq '.findings[].id'",
  )
    .option('--all', 'closed ones too')
    .addOption(
      new Option('--kind <kind>', 'only findings of this kind').choices([
        ...(['unexplained', 'unplanned-outflow', 'unreadable'] as const),
      ]),
    )
    .option('--account <id>', 'only findings of this account')
    .action(({ all, kind, account, ...options }) =>
      operate(options, async ({ api }) => {
        const query = new URLSearchParams({
          ...(!all && { status: 'open' }),
          ...{ ...(kind && { kind }), ...(account && { accountId: account }) },
          limit: '100',
        });
        const { data } = await api.get<List<json.Finding>>(`${FINDINGS}?${query}`);
        const text = () => recordTable(data.map(rowOf)) || 'No finding is open.';
        return { json: { findings: data.map(reportOf) }, text };
      }),
    );

  subcommand(
    findings,
    'show',
    'Show a finding.',
    'npx daybook findings show 3c6a7b8d-1f2e-5a4b-9c8d-7e6f5a4b3c2d',
  )
    .argument('<id>', 'as "findings list" shows it')
    .action((id, options) =>
      operate(options, async ({ api }) => answerOf(await api.get(`${FINDINGS}/${id}`))),
    );

  subcommand(
    findings,
    'resolve',
    'Book the difference of a finding, leave it as it is, or have its blocks matched again.',
    'npx daybook findings resolve 3c6a7b8d-... note --reason "rounding of the token" --reference case-17',
    'npx daybook findings resolve 3c6a7b8d-... credit --to customer --difference 1500000 --reason "seen on the explorer" --reference case-18',
    'npx daybook findings resolve 3c6a7b8d-... rescan --reason "a block was skipped" --reference case-19',
  )
    .argument('<id>', 'as "findings list" shows it')
    .addArgument(
      new Argument('<resolution>', 'what to do').choices(['credit', 'note', 'rescan'] as const),
    )
    .addOption(
      new Option('--to <claim>', 'whose claim a credit is for').choices([
        ...(['customer', 'account'] as const),
      ]),
    )
    .option('--difference <units>', 'the difference in base units that you have seen')
    .option('--from <block>', 'the first block to match again')
    .option('--to-block <block>', 'the last block to match again')
    .addOption(actReasonOption())
    .addOption(referenceOption())
    .addHelpText('after', RESOLVE_HELP)
    .action((id, resolution, { to, difference, from, toBlock, reason, reference, ...options }) =>
      operate(options, async ({ api }) => {
        const act = { resolution, reason, reference };
        const credit = { creditTo: to, difference };
        const body = { ...act, ...credit, fromBlock: from, toBlock };
        return answerOf(await api.post(`${FINDINGS}/${id}/resolve`, body));
      }),
    );

  subcommand(
    findings,
    'claims',
    'List the claims below zero, until they are covered.',
    'npx daybook findings claims',
  ).action((options) =>
    operate(options, async ({ api }) => {
      const { data } = await api.get<List<json.NegativeClaim>>(CLAIMS);
      const rows = data.map(({ claim, ...of }) => ({ ...of, claim: moneyText(claim) }));
      const text = () => recordTable(rows) || 'No claim is below zero.';
      return { json: { claims: data }, text };
    }),
  );
}

function rowOf({ id, kind, status, chain, address, difference, openedAt, end }: json.Finding) {
  const money = moneyText(difference);
  return { id, kind, status: end ?? status, chain, address, difference: money, openedAt };
}

/** A finding as JSON; `schemas/finding.v1.json` is the contract. */
function reportOf({ position: _, ...finding }: json.Finding) {
  return finding;
}

function moneyText({ amount, currency }: json.Money): string {
  return `${amount} ${currency}`;
}

function answerOf(finding: json.Finding): Answer {
  const { difference, fromBlock, toBlock, end, status } = finding;
  const text = () =>
    facts({
      finding: finding.id,
      kind: finding.kind,
      state: end === null ? status : `${status}, ${end}`,
      difference: `${moneyText(difference)} (${difference.baseUnits} base units)`,
      chain: finding.chain,
      address: finding.address,
      blocks: `${fromBlock ?? '?'} to ${toBlock ?? '?'}`,
      about: finding.subject,
      purse: finding.purseId,
      customer: finding.customerId,
      account: finding.accountId,
      'credited to': finding.creditedTo,
      reason: finding.reason,
      reference: finding.reference,
      'watch request': finding.watchRequestId,
      opened: finding.openedAt,
      changed: finding.updatedAt,
    }).join('\n');
  return { json: { finding: reportOf(finding) }, text };
}
