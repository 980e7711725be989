import { Problem } from '../edge/problem';

/** Deeper than any body of this API; it bounds every recursive walk that comes later. */
export const JSON_DEPTH_MAX = 16;

/** Keys that change what an object is when they are copied onto another. */
const POISONOUS_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads a JSON body. Refuses with `malformed-json` what is not UTF-8, not JSON, nested deeper than
 * `JSON_DEPTH_MAX` or poisonous. Numbers become what JavaScript makes of them: no body of this API
 * has one.
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
  if (isPoisonous) throw malformed('The body has a key that no object may have.');
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
    // The engine's own message repeats a part of the body, which may be personal.
    throw malformed('The body is not JSON.');
  }
}

/** How deeply brackets are nested, without parsing: brackets inside strings do not count. */
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
