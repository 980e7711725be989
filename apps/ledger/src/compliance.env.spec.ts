import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as a from '../../../libs/domain/testing/a';
import { sanctionsList } from './compliance/sanctions-list';
import { checkCompliance, readSanctionsLists } from './compliance.env';

const EVM = `0x${'ab'.repeat(20)}`;
const TRON = 'TQn9Y2khEsLJW1ChVWFMSMeRDow5KcbLSE';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'daybook-lists-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function file(text: string, name = 'list.txt'): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe('a sanctions list', () => {
  it('is lines with comments, in any letter case, with addresses of other chains counted', () => {
    const text = `# of today\n${EVM.toUpperCase().replace('0X', '0x')} # a mixer\n\n${TRON}\r\n1BoatSLRHtKNngkdXEeobR76b53LETtpyT\n`;
    const { addresses, others } = readSanctionsLists([file(text)]);
    expect([...addresses]).toEqual([EVM, TRON]);
    expect(others).toBe(1);
  });

  it.each([
    ['a JSON list', JSON.stringify([EVM, TRON])],
    ['a JSON object', JSON.stringify({ addresses: [EVM, TRON], published: '2026-01-01' })],
  ])('is %s', (_, text) => {
    expect([...readSanctionsLists([file(text, 'list.json')]).addresses]).toEqual([EVM, TRON]);
  });

  it.each([
    ['without any address', 'hello'],
    ['of other values', '[1, 2]'],
    ['without a list', '{"wallets": []}'],
    ['of broken JSON', '["0x'],
  ])('is refused %s, and the file is named', (_, text) => {
    const path = file(text);
    expect(() => readSanctionsLists([path])).toThrow(path);
  });

  it('has a version that follows from the content of all files', () => {
    const [one, two] = [file(EVM, 'one'), file(TRON, 'two')];
    const { version } = readSanctionsLists([one, two]);
    expect(version).toMatch(/^[0-9a-f]{16}$/);
    expect(readSanctionsLists([file(EVM, 'copy'), two]).version).toBe(version);
    expect(readSanctionsLists([two, one]).version).not.toBe(version);
  });

  it('declines what a listed address sends, and is read again when its file changes', async () => {
    const path = file(EVM);
    const screening = sanctionsList({ sanctionsFiles: path });
    const check = async (from: string) =>
      screening.check({
        replenishmentId: a.replenishmentId,
        parties: a.parties,
        transfer: a.transfer({ from }),
        block: a.block(),
      });
    const { version: first } = readSanctionsLists([path]);
    expect(await check(EVM)).toEqual({ verdict: 'declined', listVersion: first });
    expect(await check(TRON)).toEqual({ verdict: 'passed', listVersion: first });
    appendFileSync(path, `\n${TRON}\n`);
    const { version: second } = readSanctionsLists([path]);
    expect(second).not.toBe(first);
    expect(await check(TRON)).toEqual({ verdict: 'declined', listVersion: second });
    rmSync(path);
    await expect(check(TRON)).rejects.toThrow('ENOENT');
  });
});

describe('the configuration of compliance', () => {
  const http = { compliance: 'http', complianceSecret: 'x'.repeat(32) } as const;

  it.each([
    'https://compliance.internal/decide',
    'http://127.0.0.1:4000/decide',
    'http://[::1]/decide',
  ])('takes %s', (complianceUrl) => {
    expect(() => checkCompliance({ ...http, complianceUrl })).not.toThrow();
  });

  it.each([
    ['nothing', ''],
    ['no URL', 'compliance'],
    ['no encryption', 'http://compliance.internal/decide'],
    ['another protocol', 'file:///etc/passwd'],
    ['a password', 'https://daybook:secret-word@compliance.internal/'],
  ])('refuses %s without repeating it', (_, complianceUrl) => {
    const check = () => checkCompliance({ ...http, complianceUrl });
    expect(check).toThrow(/DAYBOOK_COMPLIANCE_URL/);
    expect(check).not.toThrow(/secret-word/);
  });

  it('names what is missing', () => {
    expect(() => checkCompliance({ compliance: 'sanctions-list' })).toThrow(/SANCTIONS_FILES/);
    expect(() =>
      checkCompliance({ compliance: 'http', complianceUrl: 'https://compliance.internal' }),
    ).toThrow(/COMPLIANCE_SECRET/);
    expect(() => checkCompliance({ compliance: 'manual' })).not.toThrow();
  });
});
