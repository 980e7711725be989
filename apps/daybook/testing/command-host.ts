import { runCommandLine } from '../src/command-line';

/** A command for the host, and what it answers when the command has ended. */
export interface HostedCommand {
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/*
 * Runs commands one after the other in this process, as main.ts does, each with only its own variables. A process
 * starts for most of a second, a command runs for a tenth of one.
 */

const base = { PATH: process.env.PATH, NO_COLOR: '1' };
// A command ends the process by force when a connection of it hangs. Here the next one needs the process.
process.exit = (() => undefined) as typeof process.exit;

async function run({ args, environment }: HostedCommand): Promise<Ended> {
  process.env = { ...base, ...environment };
  process.exitCode = undefined;
  const said = { stdout: '', stderr: '' };
  const writers = (['stdout', 'stderr'] as const).map((name) => {
    const stream = process[name];
    const { write } = stream;
    stream.write = (chunk: string | Uint8Array) => {
      said[name] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
      return true;
    };
    return () => {
      stream.write = write;
    };
  });
  await runCommandLine(args);
  for (const restore of writers) restore();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(signal);
  return { exitCode: Number(process.exitCode ?? 0), ...said };
}

let last: Promise<unknown> = Promise.resolve();
process.on('message', (command: HostedCommand & { readonly id: number }) => {
  last = last.then(async () => process.send?.({ id: command.id, ...(await run(command)) }));
});
