import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { EXIT, Failure } from '../cli/exit-codes';

/** A part of an export: the keys of customers in base64, or customers who were erased. */
export type Part =
  | { readonly keys: readonly (readonly [customerId: string, key: string])[] }
  | {
      readonly erasures: readonly (readonly [
        customerId: string,
        accountId: string,
        erasedAt: string,
      ])[];
    }
  | { readonly end: true };

const FORMAT = 'daybook-vault.v1';
const CIPHER = 'aes-256-gcm';
const [IV_BYTES, TAG_BYTES, SALT_BYTES] = [12, 16, 16] as const;
/** About half a second and 128 MiB for each guess of a passphrase. */
const SCRYPT = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024 } as const;
/** A longer line is not of an export. */
const LINE_BYTES_MAX = 1024 * 1024;
export const PASSPHRASE_LENGTH_MIN = 12;

/** Where the passphrase comes from: an argument would be in the list of processes. */
export function passphrase(): string {
  const given = process.env.DAYBOOK_VAULT_PASSPHRASE ?? '';
  if (given.length >= PASSPHRASE_LENGTH_MIN) return given;
  throw new Failure(
    `Set DAYBOOK_VAULT_PASSPHRASE to a passphrase of at least ${PASSPHRASE_LENGTH_MIN} characters.`,
    EXIT.usage,
  );
}

const keyFrom = (phrase: string, salt: Buffer) =>
  scryptSync(phrase.normalize('NFC'), salt, 32, SCRYPT);
/** A part is sealed with its number, so that none can be left out, repeated or moved. */
const placeOf = (number: number) => Buffer.from(`${FORMAT}\n${number}`);

/** Writes parts to a new file that its owner alone can read: a line that says what it is, then one for each part. */
export async function writeExport(
  file: string,
  phrase: string,
  parts: AsyncIterable<Part>,
): Promise<void> {
  const salt = randomBytes(SALT_BYTES);
  const key = keyFrom(phrase, salt);
  const handle = await open(file, 'wx', 0o600).catch((cause) => {
    throw new Failure(`${file} cannot be created: ${(cause as Error).message}`, EXIT.usage, {
      cause,
    });
  });
  try {
    await handle.write(`${FORMAT} ${salt.toString('base64')}\n`);
    let number = 0;
    const write = async (part: Part) => {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv(CIPHER, key, iv).setAAD(placeOf(number++));
      const data = [iv, cipher.update(JSON.stringify(part)), cipher.final(), cipher.getAuthTag()];
      await handle.write(`${Buffer.concat(data).toString('base64')}\n`);
    };
    for await (const part of parts) await write(part);
    await write({ end: true });
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The parts of an export. Rejects with `Failure` for another passphrase and for a file that is not whole. */
export async function* readExport(file: string, phrase: string): AsyncGenerator<Part> {
  const handle = await open(file).catch((cause) => {
    throw new Failure(`${file} cannot be read: ${(cause as Error).message}`, EXIT.usage, { cause });
  });
  try {
    let key: Buffer | undefined;
    let number = 0;
    for await (const line of linesOf(handle)) {
      if (key === undefined) {
        const [format, salt = ''] = line.split(' ');
        if (format !== FORMAT) throw new Failure(`${file} is no export of a vault.`, EXIT.usage);
        key = keyFrom(phrase, Buffer.from(salt, 'base64'));
        continue;
      }
      const part = opened(key, number, line, file);
      if ('end' in part) return;
      yield part;
      number += 1;
    }
    throw new Failure(`${file} ends too early: it is not whole. Export again.`);
  } finally {
    await handle.close();
  }
}

async function* linesOf(handle: FileHandle): AsyncGenerator<string> {
  for await (const line of handle.readLines({ autoClose: false })) {
    if (line.length > LINE_BYTES_MAX) throw new Failure('A line is too long for an export.');
    yield line;
  }
}

function opened(key: Buffer, number: number, line: string, file: string): Part {
  const sealed = Buffer.from(line, 'base64');
  const end = sealed.length - TAG_BYTES;
  try {
    const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, IV_BYTES))
      .setAAD(placeOf(number))
      .setAuthTag(sealed.subarray(end));
    const clear = [decipher.update(sealed.subarray(IV_BYTES, end)), decipher.final()];
    return JSON.parse(Buffer.concat(clear).toString());
  } catch {
    throw new Failure(
      `${file} cannot be opened: the passphrase is another one, or the file was changed.`,
      EXIT.usage,
    );
  }
}
