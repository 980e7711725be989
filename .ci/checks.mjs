// Everything that holds without running the product; `npm run check` and .ci/run both run this file.
// Runs every check even when one fails. The exit code is the number of checks that failed.
import { spawnSync } from 'node:child_process';

const CHECKS = ['lint', 'types', 'check:imports', 'check:grpc', 'check:openapi', 'check:rest'];

const failed = CHECKS.filter((name) => {
  console.log(`== ${name}`);
  // npm is a batch file on Windows, which only a shell starts.
  const shell = process.platform === 'win32';
  return spawnSync('npm', ['run', '--silent', name], { stdio: 'inherit', shell }).status !== 0;
});
for (const name of failed) console.log(`== ${name} failed`);
process.exitCode = failed.length;
