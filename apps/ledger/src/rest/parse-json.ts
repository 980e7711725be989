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
  const text = decode(bytes);
  if (depthOf(text) > JSON_DEPTH_MAX) {
    throw malformed(`The body is nested deeper than ${JSON_DEPTH_MAX} levels.`);
  }
  let isPoisonous = false;
  const value = parse(text, (key, inner) => {
    if (POISONOUS_KEYS.has(key)) isPoisonous = true;
    return inner;
  });
  if (isPoisonous)
    throw malformed('The body has a forbidden key: __proto__, constructor or prototype.');
  return value;
}

function decode(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw malformed('The body is not UTF-8.');
  }
}

function parse(text: string, reviver: (key: string, value: unknown) => unknown): unknown {
  try {
    return JSON.parse(text, reviver);
  } catch {
    // The engine's own message repeats a part of the body, which may be personal data.
    throw malformed('The body is not JSON.');
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
