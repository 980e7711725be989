import { Argument, type Command, InvalidArgumentError, Option } from '@commander-js/extra-typings';
import type { json } from '@daybook/contracts';
import {
  COMPLIANCE_MODES,
  EXPIRY_DAYS_MAX,
  PRESET_NAMES,
  QUOTA_REQUESTS_MAX,
  QUOTA_WINDOW_SECONDS_MAX,
} from '@daybook/domain';
import { wholeList } from '../cli/ledger-api';
import { type Answer, operate } from '../cli/operate';
import { actReasonOption, name, subcommand, uuid, wholeNumber } from '../cli/options';
import { facts, recordTable } from '../cli/output';

const ACCOUNTS = '/v1/accounts';
const EXAMPLE = '3f2a6c1e-5b7d-5e0f-9a41-2c8d7e6b5a40';

const POLICY_HELP = `
What is not given stays as it is. "never" and "default" take a setting back, "any" the list of addresses. A quota is
written as requests/seconds and counts for each key.`;

export function addAccounts(program: Command): void {
  const accounts = program
    .command('accounts')
    .description('Open, close and list accounts, and change their policies.');
  addReads(accounts);
  addOpen(accounts);
  addStatus(accounts, 'close', 'Close an account: its keys only read. What arrives is booked.');
  addStatus(accounts, 'reopen', 'Reopen a closed account.');
  addPolicy(accounts);
  addPreset(accounts);
}

function addReads(accounts: Command): void {
  subcommand(accounts, 'list', 'List all accounts.', 'npx daybook accounts list').action(
    (options) =>
      operate(options, async ({ api }) => {
        const data = await wholeList<json.Account>(api, ACCOUNTS);
        const rows = data.map(
          ({ id, name: called, status, preset, deviations, complianceMode }) => {
            return { id, name: called, status, preset, deviations, compliance: complianceMode };
          },
        );
        return { json: { accounts: data }, text: () => recordTable(rows) };
      }),
  );
  subcommand(
    accounts,
    'show',
    'Show an account with its policy.',
    `npx daybook accounts show ${EXAMPLE}`,
  )
    .argument('<id>', 'as "accounts list" shows it', uuid)
    .action((id, options) =>
      operate(options, async ({ api }) => answerOf(await api.get(`${ACCOUNTS}/${id}`))),
    );
}

function addOpen(accounts: Command): void {
  subcommand(
    accounts,
    'open',
    'Open an account, with the settings of a preset.',
    'npx daybook accounts open "Example Exchange" --reason "contract 1742"',
    'npx daybook accounts open "Example Shop" --preset 3pay --reason "moves over from 3PAY"',
  )
    .argument('<name>', 'its name, which never changes', name)
    .addOption(new Option('--preset <name>', 'the preset to begin with').choices(PRESET_NAMES))
    .addOption(actReasonOption())
    .action((called, { preset, reason, ...options }) =>
      operate(options, async ({ api }) =>
        answerOf(await api.post(ACCOUNTS, { name: called, preset, reason })),
      ),
    );
}

function addStatus(accounts: Command, act: 'close' | 'reopen', description: string): void {
  subcommand(
    accounts,
    act,
    description,
    `npx daybook accounts ${act} ${EXAMPLE} --reason "case 1742"`,
  )
    .argument('<id>', 'as "accounts list" shows it', uuid)
    .addOption(actReasonOption())
    .action((id, { reason, ...options }) =>
      operate(options, async ({ api }) =>
        answerOf(await api.post(`${ACCOUNTS}/${id}/${act}`, { reason })),
      ),
    );
}

function addPolicy(accounts: Command): void {
  subcommand(
    accounts,
    'policy',
    'Change single settings of an account.',
    `npx daybook accounts policy ${EXAMPLE} --unused-days 30 --idle-days never --reason "asked for"`,
    `npx daybook accounts policy ${EXAMPLE} --allow 203.0.113.0/24,2001:db8::/32 --reason "case 9"`,
    `npx daybook accounts policy ${EXAMPLE} --wallet 20/900 --standard default --reason "case 10"`,
  )
    .argument('<id>', 'as "accounts list" shows it', uuid)
    .option('--unused-days <days>', 'when a purse that never had a receipt expires', days)
    .option('--idle-days <days>', 'when a purse expires after its last receipt', days)
    .addOption(
      new Option('--compliance <mode>', 'who decides about a final transfer').choices(
        COMPLIANCE_MODES,
      ),
    )
    .option('--wallet <quota>', 'for minting and creating', quota)
    .option('--financial <quota>', 'for acts on money and keys', quota)
    .option('--standard <quota>', 'for the rest', quota)
    .option('--allow <ranges>', 'addresses and ranges from which keys may be used', ranges)
    .addOption(actReasonOption())
    .addHelpText('after', POLICY_HELP)
    .action((id, { data, json: asJson, reason, ...settings }) =>
      operate({ data, json: asJson }, async ({ api }) => {
        const { unusedDays, idleDays, compliance, wallet, financial, standard, allow } = settings;
        const body = {
          ...{ purseUnusedDays: orNull(unusedDays, 'never'), complianceMode: compliance },
          ...{ purseIdleDays: orNull(idleDays, 'never') },
          ...{ allowedAddresses: orNull(allow, 'any'), reason },
          ...quotaFields('wallet', wallet),
          ...quotaFields('financial', financial),
          ...quotaFields('standard', standard),
        };
        return answerOf(await api.post(`${ACCOUNTS}/${id}/policy`, body));
      }),
    );
}

function addPreset(accounts: Command): void {
  subcommand(
    accounts,
    'preset',
    'Take a preset: the settings of Daybook, or of a system that it replaces.',
    `npx daybook accounts preset ${EXAMPLE} calypso --reason "moves over from Calypso"`,
  )
    .argument('<id>', 'as "accounts list" shows it', uuid)
    .addArgument(new Argument('<preset>', 'the preset').choices(PRESET_NAMES))
    .addOption(actReasonOption())
    .action((id, preset, { reason, ...options }) =>
      operate(options, async ({ api }) =>
        answerOf(await api.post(`${ACCOUNTS}/${id}/policy`, { preset, reason })),
      ),
    );
}

interface Quota {
  readonly requests: number;
  readonly windowSeconds: number;
}

// A parser of options cannot give null: that would be an option without a value.

function orNull<Value, Word extends string>(value: Value | Word | undefined, word: Word) {
  return value === word ? null : (value as Value | undefined);
}

function days(text: string): number | 'never' {
  return text === 'never' ? text : wholeNumber(1, EXPIRY_DAYS_MAX)(text);
}

function quota(text: string): Quota | 'default' {
  if (text === 'default') return text;
  const [requests = '', seconds = '', ...more] = text.split('/');
  if (more.length > 0 || seconds === '') {
    throw new InvalidArgumentError('A quota is written like 20/900: requests and seconds.');
  }
  return {
    requests: wholeNumber(1, QUOTA_REQUESTS_MAX)(requests),
    windowSeconds: wholeNumber(1, QUOTA_WINDOW_SECONDS_MAX)(seconds),
  };
}

/** The ledger says which of them is wrong. */
function ranges(text: string): readonly string[] | 'any' {
  return text === 'any' ? text : text.split(',').map((range) => range.trim());
}

function quotaFields(tier: string, given: Quota | 'default' | undefined): object {
  if (given === undefined) return {};
  if (given === 'default') return { [`${tier}Requests`]: null };
  return { [`${tier}Requests`]: given.requests, [`${tier}WindowSeconds`]: given.windowSeconds };
}

/** An account as text. A closed one says whether that is in effect everywhere. */
function answerOf(account: json.Account & { readonly inEffect?: boolean }): Answer {
  const { walletRequests, financialRequests, standardRequests } = account;
  const inWords = (requests: number | null, seconds: number | null) =>
    requests === null ? 'default' : `${requests}/${seconds}`;
  const inDays = (period: number | null) => (period === null ? 'never' : `${period} days`);
  const text = () =>
    [
      `${account.name} (${account.status})`,
      ...facts({
        id: account.id,
        preset: account.preset,
        deviations: account.deviations.join(', '),
        'unused purses': inDays(account.purseUnusedDays),
        'idle purses': inDays(account.purseIdleDays),
        compliance: account.complianceMode,
        wallet: inWords(walletRequests, account.walletWindowSeconds),
        financial: inWords(financialRequests, account.financialWindowSeconds),
        standard: inWords(standardRequests, account.standardWindowSeconds),
        addresses: account.allowedAddresses.join(', ') || 'any',
      }),
      ...(account.inEffect === false
        ? ['It is closed, and takes effect everywhere when the read models are up to date.']
        : []),
    ].join('\n');
  return { json: account, text };
}
