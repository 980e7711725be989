/** Answers of fewer bytes fit into memory whatever they hold, and their bytes are not looked at. */
const CHECKED_BYTES_MIN = 8 * 1024 * 1024;
/** Blocks and receipts have a hundred bytes and more for each object and list. */
const BYTES_EACH_MIN = 16;
const [LIST, OBJECT] = [0x5b, 0x7b];

/**
 * Whether JSON has so many objects and lists that parsing it could end the process: an empty one takes two bytes of
 * text, and twenty times as many in memory.
 */
export function isDense(json: Uint8Array): boolean {
  const { length } = json;
  if (length < CHECKED_BYTES_MIN) return false;
  let left = length / BYTES_EACH_MIN;
  // An iterator takes several times as long.
  for (let at = 0; at < length; at++) {
    const byte = json[at];
    if ((byte === LIST || byte === OBJECT) && --left < 0) return true;
  }
  return false;
}
