// The health check of an app's container: node health-check.mjs <program> <URL of /livez> [<milliseconds>]
//
// A process that is stopped, or whose event loop is blocked, never ends by itself, and Docker restarts only what ends.
// So an app that takes connections and gives no answer is killed here; `init: true` and `restart:` do the rest.
import { readdirSync, readFileSync } from 'node:fs';

/** How often it is asked. The attempts together take less than `timeout` of the health check. */
const ATTEMPTS = 3;

const [, , program, url, answerMs = '4000'] = process.argv;

let isSilent = true;
for (let attempt = 1; attempt <= ATTEMPTS && isSilent; attempt++) {
  try {
    const { ok } = await fetch(url, { signal: AbortSignal.timeout(Number(answerMs)) });
    if (ok) process.exit(0);
    isSilent = false;
  } catch (error) {
    // A refused connection is no silence: the app starts, or has ended.
    isSilent = error.name === 'TimeoutError';
  }
}
if (isSilent) for (const pid of processesOf(program)) process.kill(pid, 'SIGKILL');
process.exit(1);

/** The processes that run the program; not the init process, whose arguments begin with another name. */
function processesOf(path) {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const [executable = '', ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      return executable.endsWith('node') && args[0] === path;
    } catch {
      return false;
    }
  });
}
