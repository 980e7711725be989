import { Problem } from '../edge/problem';

/** Deeper than any body of this API. It bounds every later recursion. */
export const JSON_DEPTH_MAX = 16;

/** Keys that can pollute prototypes when they are copied to another object. */
const POISONOUS_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Parses a JSON body. Refuses with `malformed-json` a body that is not UTF-8, not JSON, nested deeper than
 * `JSON_DEPTH_MAX`, or has a key that can pollute prototypes. Numbers may lose precision; no body of this
 * API has one.
 */
export function parseJsonBody(bytes: Buffer): unknown {
  if (bytes.length === 0) throw malformed('The body is empty; send a JSON object.');
  const text = attempt(() => utf8.decode(bytes), 'The body is not UTF-8.');
  if (depthOf(text) > JSON_DEPTH_MAX) {
    throw malformed(`The body is nested deeper than ${JSON_DEPTH_MAX} levels.`);
  }
  let isPoisonous = false;
  const reviver = (key: string, inner: unknown) => {
    if (POISONOUS_KEYS.has(key)) isPoisonous = true;
    return inner;
  };
  const value: unknown = attempt(() => JSON.parse(text, reviver), 'The body is not JSON.');
  if (isPoisonous)
    throw malformed('The body has a forbidden key: __proto__, constructor or prototype.');
  return value;
}

/** Hides the engine's own message, which may repeat a part of the body, such as personal data. */
function attempt<T>(read: () => T, detail: string): T {
  try {
    return read();
  } catch {
    throw malformed(detail);
  }
}

/** The depth of nested brackets, without parsing. Brackets inside strings do not count. */
function depthOf(text: string): number {
  let [depth, deepest, inString] = [0, 0, false];
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (inString) {
      if (char === '\\') i++;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '{' || char === '[') deepest = Math.max(deepest, ++depth);
    else if (char === '}' || char === ']') depth--;
  }
  return deepest;
}

function malformed(detail: string): Problem {
  return new Problem('malformed-json', detail);
}
