import { appendFile, closeSync, fstatSync, openSync, statSync, writeSync } from 'node:fs';
import { type FileHandle, open, rename } from 'node:fs/promises';
import { Socket } from 'node:net';
import { promisify } from 'node:util';
import { EnvironmentError } from './env';

/** A log file and the old ones beside it: `ledger.log`, `ledger.log.1` and so on. */
export interface LogFile {
  readonly path: string;
  /** A file that is larger is rotated. */
  readonly bytesMax: number;
  /** The file and the old ones. */
  readonly filesMax: number;
}

/** Writes text that ends with a line. */
export interface Sink {
  /** Resolves when all of it is written. */
  write(text: string): Promise<void>;
  /**
   * Writes it before it returns, behind a `write` that is under way, without waiting for a reader. Returns whether it did.
   */
  writeNow(text: string): boolean;
}

const MODE = 0o600;
/** Codes of failures to open a file that may pass. */
const PASSING: ReadonlySet<string> = new Set([
  'ENOSPC',
  'EDQUOT',
  'EROFS',
  'EIO',
  'EMFILE',
  'ENFILE',
]);
/** How long the end of a process waits for a write to a file that is under way. A disk that works needs moments. */
const UNDER_WAY_MS_MAX = 1_000;

/**
 * A file that rotates by size. Throws an `EnvironmentError` if it can never be written. After a failure it is opened
 * again. A rotation is a few renames, which succeed on a full disk too.
 */
export function fileSink({ path, bytesMax, filesMax }: LogFile): Sink {
  requireWritable(path);
  let handle: FileHandle | null = null;
  let size = 0;
  /** Whether a failed write may have left a part of a line. */
  let isTorn = false;
  /** The text of a `write` that the system does not have yet. */
  let unsent = '';
  /** The file of a `write` that the system has, and its size after it. */
  let underWay: UnderWay | null = null;

  async function openIt(): Promise<FileHandle> {
    if (handle !== null) return handle;
    handle = await open(path, 'a', MODE);
    size = (await handle.stat()).size;
    return handle;
  }

  async function closeIt(): Promise<void> {
    const open = handle;
    handle = null;
    await open?.close();
  }

  async function rotate(): Promise<void> {
    await closeIt();
    const nth = (n: number) => (n === 0 ? path : `${path}.${n}`);
    for (let n = filesMax - 1; n > 0; n--) {
      await rename(nth(n - 1), nth(n)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
      });
    }
  }

  return {
    async write(text) {
      unsent = text;
      try {
        await openIt();
        const bytes = Buffer.byteLength(text);
        if (size > 0 && size + bytes > bytesMax) await rotate();
        const file = await openIt();
        const isFirst = size === 0;
        unsent = '';
        underWay = { fd: file.fd, sizeAfter: size + bytes };
        await file.appendFile(isTorn && !isFirst ? `\n${text}` : text);
        isTorn = false;
        size += bytes;
      } catch (error) {
        isTorn = true;
        await closeIt().catch(() => undefined);
        throw error;
      } finally {
        unsent = '';
        underWay = null;
      }
    },
    writeNow(text) {
      try {
        if (underWay !== null) waitFor(underWay);
        const fd = openSync(path, 'a', MODE);
        try {
          const start = isTorn && fstatSync(fd).size > 0 ? '\n' : '';
          return writeWhole(fd, start + unsent + text);
        } finally {
          closeSync(fd);
        }
      } catch {
        return false;
      }
    },
  };
}

interface UnderWay {
  readonly fd: number;
  readonly sizeAfter: number;
}

/** Another thread writes. Nothing else of this one goes on meanwhile. */
function waitFor({ fd, sizeAfter }: UnderWay): void {
  const nobodyWakes = new Int32Array(new SharedArrayBuffer(4));
  const deadline = performance.now() + UNDER_WAY_MS_MAX;
  while (fstatSync(fd).size < sizeAfter && performance.now() < deadline) {
    Atomics.wait(nobodyWakes, 0, 0, 1);
  }
}

function requireWritable(path: string): void {
  try {
    closeSync(openSync(path, 'a', MODE));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const sentence = `DAYBOOK_LOG_FILE: ${path} cannot be written: ${message}`;
    // A disk that is full or read-only now may take lines later, as a file may that was written before: a restart must
    // not fail for its log. What can only be a wrong path is refused.
    if (!PASSING.has(code ?? '') && !isFile(path)) throw new EnvironmentError([sentence]);
    sayAnyway(`${sentence}. Lines are dropped and counted until it can.\n`);
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** On standard error, if somebody keeps it. */
function sayAnyway(text: string): void {
  try {
    writeSync(process.stderr.fd, text);
  } catch {
    // A metric counts what is dropped.
  }
}

/** Standard output: a terminal or a file, or the pipe or socket of a container or of systemd. */
export function stdoutSink(): Sink {
  const stdout = 1;
  const isStream = fstatSync(stdout).isFIFO() || fstatSync(stdout).isSocket();
  let underWay: UnderWay | null = null;
  const toFile = async (text: string) => {
    const { size } = fstatSync(stdout);
    underWay = { fd: stdout, sizeAfter: size + Buffer.byteLength(text) };
    await append(stdout, text).finally(() => {
      underWay = null;
    });
  };
  return {
    write: isStream ? streamWriter(stdout) : toFile,
    writeNow(text) {
      try {
        if (underWay !== null && fstatSync(stdout).isFile()) waitFor(underWay);
        return writeWhole(stdout, text);
      } catch {
        return false;
      }
    },
  };
}

/** Writes the whole text, or rejects. */
const append: (fd: number, text: string) => Promise<void> = promisify(appendFile);

/**
 * Writes to a pipe or socket without blocking. A blocking write whose reader stands still would hold a thread, and then
 * the process at its exit.
 */
function streamWriter(fd: number): Sink['write'] {
  const socket = new Socket({ fd, readable: false, writable: true });
  // Each write that fails says so itself, also when the reader is gone for good.
  socket.on('error', () => undefined);
  return (text) =>
    new Promise((resolve, reject) => {
      socket.write(text, (error) => (error ? reject(error) : resolve()));
    });
}

/** Throws if not all of it can be written at once. */
function writeWhole(fd: number, text: string): true {
  let rest = Buffer.from(text);
  while (rest.length > 0) rest = rest.subarray(writeSync(fd, rest));
  return true;
}
