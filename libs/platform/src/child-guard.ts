import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Waits for the end of its input, which is the end of the process that holds the other end of the
 * pipe, however it ended. Then it interrupts the child, waits half a minute at most for it to go and
 * removes the folder. A zombie counts as gone: an orphan's may stay for ever where nobody reaps.
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
