import Module from 'node:module';

/** A start for the host. */
export interface HostedStart {
  /** The file that is run as the main one. */
  readonly main: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Written to both outputs when the start has ended: what it said before does not arrive with the message. */
  readonly endOfOutput: string;
}

/*
 * Starts apps that end by themselves, one after the other, in this process: each runs its main file anew, with only its
 * own variables. A process loads an app for a second, and a start that is refused runs for a tenth of one.
 */

const base = { PATH: process.env.PATH };
const report = process.send?.bind(process);
const exit = process.exit.bind(process);
// What the starts left open must not outlive the suite.
process.once('disconnect', () => exit());
/** `Module._load` is what runs the file of `node FILE`. Only so does it find itself to be the main one. */
const { _load: load } = Module as unknown as {
  _load(file: string, parent: null, isMain: boolean): unknown;
};
// Without a channel the app speaks as it does where no launcher started it.
process.send = undefined as never;
// Every start listens for the end of the process.
process.setMaxListeners(0);

/** Resolves with the code with which the app asks its process to exit. */
function run({ main, environment }: HostedStart): Promise<number> {
  process.env = { ...base, ...environment };
  return new Promise((resolve) => {
    process.exit = ((code?: number) => resolve(code ?? 0)) as typeof process.exit;
    delete require.cache[main];
    load(main, null, true);
  });
}

async function runAndReport(start: HostedStart): Promise<void> {
  const code = await run(start);
  // The app writes the rest of its log, as at the end of its process.
  process.emit('exit', code);
  for (const stream of [process.stdout, process.stderr]) stream.write(start.endOfOutput);
  report?.(code);
}

process.on('message', (start: HostedStart) => {
  runAndReport(start).catch((error) => {
    console.error(error);
    exit(1);
  });
});
