// The health check of an app's container: node health-check.mjs <program> <URL of /livez> [<milliseconds>]
//
// A process that is stopped, or whose event loop is blocked, never ends by itself, and Docker restarts only what ends.
// So an app that takes connections and gives no answer is killed here; `init: true` and `restart:` do the rest.
import { readdirSync, readFileSync } from 'node:fs';
import { get } from 'node:http';
import { get as getSecurely } from 'node:https';

/** How often it is asked. The attempts together take less than `timeout` of the health check. */
const ATTEMPTS = 3;

const [, , program, url, answerMs = '4000'] = process.argv;

let isSilent = true;
for (let attempt = 1; attempt <= ATTEMPTS && isSilent; attempt++) {
  try {
    if ((await statusOf(url)) === 200) process.exit(0);
    isSilent = false;
  } catch (error) {
    // A refused connection is no silence: the app starts, or has ended.
    isSilent = error.name === 'AbortError';
  }
}
if (isSilent) for (const pid of processesOf(program)) process.kill(pid, 'SIGKILL');
process.exit(1);

/** On its own machine an app is not called by the name in its certificate, and is told nothing here. */
function statusOf(url) {
  const signal = AbortSignal.timeout(Number(answerMs));
  return new Promise((resolve, reject) => {
    const ask = url.startsWith('https:') ? getSecurely : get;
    ask(url, { signal, rejectUnauthorized: false, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    }).once('error', reject);
  });
}

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
