/** Keys as base64, the way memcached reads and writes them. A key is a text with one character for each byte. */

/**
 * Decodes a key. As the daemon does, skips characters that base64 does not have, ignores what follows the padding, and
 * takes bits that stand for nothing. `undefined` if it is not base64 to memcached.
 */
export function decodedKey(text: string): string | undefined {
  const known = text.replace(/[^A-Za-z0-9+/=]/g, "");
  if (known === "" || known.length % 4 !== 0) return undefined;
  let key = "";
  for (let at = 0; at < known.length; at += 4) {
    const four = known.slice(at, at + 4);
    const padding = four.split("=").length - 1;
    if (padding > 2) return undefined;
    let bits = 0;
    for (const character of four) bits = bits << 6 | Math.max(0, ALPHABET.indexOf(character));
    key += String.fromCharCode(bits >> 16 & 255, bits >> 8 & 255, bits & 255)
      .slice(0, 3 - padding);
    if (padding > 0) break;
  }
  return key;
}

/** Encodes a key. */
export function encodedKey(key: string): string {
  return btoa(key);
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
