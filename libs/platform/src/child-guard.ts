import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Waits for the end of its input, which means that the process at the other end of the pipe has ended. Then it
 * interrupts the child, waits up to half a minute for its end and removes the folder. A zombie counts as
 * ended, because without an init process an orphan is never reaped.
 */
const GUARD = `read -r _
kill -INT "$1" 2>/dev/null
left=300
while kill -0 "$1" 2>/dev/null && ! grep -qs '^State:[[:space:]]*[ZX]' "/proc/$1/status"; do
  left=$((left - 1))
  [ "$left" -gt 0 ] || break
  sleep 0.1
done
[ -z "$2" ] || rm -rf -- "$2"`;

/**
 * Makes sure that `child` does not outlive this process, not even after `kill -9`: a sleeping shell interrupts
 * it then, and deletes `removeFolder`. Returns what ends the guard; call it when the child has ended by itself.
 */
export function guardChild(child: ChildProcess, removeFolder?: string): () => void {
  const guard = spawn('/bin/sh', ['-c', GUARD, 'guard', String(child.pid), removeFolder ?? ''], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // A guard that cannot start must not end this process.
  guard.on('error', () => undefined);
  guard.stdin?.on('error', () => undefined);
  guard.unref();
  (guard.stdin as { unref?: () => void } | null)?.unref?.();
  const callOff = (): void => void guard.kill('SIGKILL');
  child.once('exit', callOff);
  return callOff;
}
