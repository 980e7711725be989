import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Waits for the end of its input, which is the end of the process that holds the other end of the
 * pipe, however it ended. Then it interrupts the child, waits for it to go and removes the folder.
 */
const GUARD = `read -r _
kill -INT "$1" 2>/dev/null
while kill -0 "$1" 2>/dev/null; do sleep 0.1; done
if [ -n "$2" ]; then rm -rf -- "$2"; fi`;

/**
 * Makes sure that `child` does not outlive this process, not even after `kill -9`: a sleeping shell
 * (no processor time, under 1 MB) interrupts it when this process is gone. `removeFolder` is deleted
 * afterwards. Returns what calls the guard off; do so once the child has ended by itself.
 */
export function guardChild(child: ChildProcess, removeFolder?: string): () => void {
  const guard = spawn('/bin/sh', ['-c', GUARD, 'guard', String(child.pid), removeFolder ?? ''], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // A guard that could not start must not end the process it guards.
  guard.on('error', () => undefined);
  guard.stdin?.on('error', () => undefined);
  guard.unref();
  (guard.stdin as { unref?: () => void } | null)?.unref?.();
  const callOff = (): void => void guard.kill('SIGKILL');
  child.once('exit', callOff);
  return callOff;
}
