import { jsonOf, quoted } from './quoted';

/** The most characters of a node's message that are quoted. */
const QUOTED_CHARACTERS_MAX = 200;
const READ_CHARACTERS_MAX = 4_000;
/** Shorter parts of a path are words such as `v3`; longer ones may be a provider's key. */
const PATH_SECRET_CHARACTERS_MIN = 8;
/** Shorter values are also parts of ordinary words: hiding them would make a node's message unreadable. */
const SECRET_CHARACTERS_MIN = 4;

/** Shortens a node's words to one line without the keys of its URL and headers. */
export function quoterOf({
  url,
  headers = {},
}: {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}): (words: string) => string {
  const parsed = new URL(url);
  const { username, password, pathname, searchParams } = parsed;
  const inPath = pathname.split('/').filter((part) => part.length >= PATH_SECRET_CHARACTERS_MIN);
  const inUrl = [username, password, ...searchParams.values(), ...inPath];
  // A header such as `Bearer <key>` has its key behind a word.
  const inHeaders = Object.values(headers).flatMap((value) => [value, ...value.split(/\s+/)]);
  const parts = [...inUrl, ...inUrl.map(decoded), basicOf(parsed) ?? '', ...inHeaders];
  // The longest first: a part of another one would leave the rest of it.
  const secrets = parts
    .filter((part) => part.length >= SECRET_CHARACTERS_MIN)
    .sort((a, b) => b.length - a.length);
  return (words) => {
    const start = words.slice(0, READ_CHARACTERS_MAX);
    const safe = secrets.reduce((text, secret) => text.replaceAll(secret, '***'), start);
    const plain = safe.replace(/<[^<>]*>/g, ' ').replace(/\s+/g, ' ');
    return quoted(plain.trim(), QUOTED_CHARACTERS_MAX);
  };
}

/** The name and password of a URL as a header has them; null without any. */
export function basicOf({ username, password }: URL): string | null {
  if (username === '' && password === '') return null;
  const plain = `${decoded(username)}:${decoded(password)}`;
  return Buffer.from(plain).toString('base64');
}

/** Percent signs that encode nothing are allowed in a URL. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** What an answer with an error says, in JSON-RPC as `error`, of java-tron as `Error`, or as plain text. */
export function errorWordsIn(text: string): string {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return text;
  }
  const { error, Error: javaError } = Object(answer) as { error?: unknown; Error?: unknown };
  const said = error || javaError;
  return said ? wordsOf(said) : text;
}

/** By the standard an error is an object with a message; some nodes send text or something else. */
export function wordsOf(error: unknown): string {
  if (typeof error === 'string') return error;
  const { message } = Object(error) as { message?: unknown };
  return typeof message === 'string' && message !== '' ? message : jsonOf(error);
}
