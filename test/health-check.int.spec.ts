import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { surviveErrors } from '@daybook/platform/plain';
import { certificateFolder } from './certificates';
import { freePort, until } from './dependencies';
import { describeWith } from './needs';

const HEALTH_CHECK = join(__dirname, '../docker/health-check.mjs');
const ANSWER_MS = '300';

/** A program that answers. Only the container's check is tested; the apps' probes have tests of their own. */
const PROGRAM = `
require('node:http').createServer((_, response) => response.end('{}')).listen(Number(process.argv[2]), '127.0.0.1');
`;

describe('docker/health-check.mjs', () => {
  const certificates = certificateFolder();
  let folder: string;
  let program: string;
  let port: number;
  let app: ChildProcess;

  const check = async (scheme = 'http'): Promise<number | null> => {
    const url = `${scheme}://127.0.0.1:${port}/livez`;
    const child = surviveErrors(spawn(process.execPath, [HEALTH_CHECK, program, url, ANSWER_MS]));
    return (await once(child, 'exit'))[0] as number | null;
  };

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'daybook-health-'));
    program = join(folder, 'main.js');
    writeFileSync(program, PROGRAM);
    port = await freePort();
    app = surviveErrors(spawn(process.execPath, [program, String(port)]));
  });
  afterEach(() => {
    app.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  afterAll(() => certificates.remove());

  it('is well while the app answers', async () => {
    await until(async () => (await check()) === 0);
  });

  describeWith('openssl', 'of an app with TLS', () => {
    it('asks it, whatever its certificate is', async () => {
      app.kill('SIGKILL');
      const { certFile, keyFile } = certificates.selfSigned('app', 'DNS:daybook.example');
      const options = `{ cert: readFileSync('${certFile}'), key: readFileSync('${keyFile}') }`;
      writeFileSync(
        program,
        `const { readFileSync } = require('node:fs');\n${PROGRAM.replace('node:http', 'node:https').replace('createServer(', `createServer(${options}, `)}`,
      );
      port = await freePort();
      app = surviveErrors(spawn(process.execPath, [program, String(port)]));
      await until(async () => (await check('https')) === 0);
    });
  });

  it('kills an app that is stopped', async () => {
    await until(async () => (await check()) === 0);
    app.kill('SIGSTOP');
    const exited = once(app, 'exit');
    expect(await check()).toBe(1);
    expect(await exited).toEqual([null, 'SIGKILL']);
  });

  it('kills nothing that refuses connections', async () => {
    await until(async () => (await check()) === 0);
    port = await freePort();
    expect(await check()).toBe(1);
    expect(app.exitCode ?? app.signalCode).toBeNull();
  });
});
