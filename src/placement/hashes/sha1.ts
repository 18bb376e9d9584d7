/**
 * SHA-1 of a byte string (each char code is one byte, 0 to 255), of which only the first four bytes are wanted, most
 * significant byte first: what dalli takes for a point of its ring.
 */

/** First four bytes of the SHA-1 digest of `text` as a big-endian number. */
export function sha1(text: string): number {
  const length = text.length;
  const blocks = ((length + 8) >>> 6) + 1;
  const words = new Int32Array(16 * blocks);
  for (let i = 0; i < length; i++) words[i >>> 2] |= text.charCodeAt(i) << 24 - 8 * (i & 3);
  words[length >>> 2] |= 0x80 << 24 - 8 * (length & 3);
  words[words.length - 2] = length >>> 29;
  words[words.length - 1] = length << 3;
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0);
  const schedule = new Int32Array(80);
  for (let block = 0; block < blocks; block++) {
    schedule.set(words.subarray(16 * block, 16 * block + 16));
    for (let i = 16; i < 80; i++) {
      const mix = schedule[i - 3] ^ schedule[i - 8] ^ schedule[i - 14] ^ schedule[i - 16];
      schedule[i] = (mix << 1) | (mix >>> 31);
    }
    transform(state, schedule);
  }
  return state[0] >>> 0;
}

function transform(state: Int32Array, schedule: Int32Array): void {
  let [a, b, c, d, e] = state;
  for (let i = 0; i < 80; i++) {
    const choice = i < 20
      ? (d ^ (b & (c ^ d))) + 0x5a827999
      : i < 40
      ? (b ^ c ^ d) + 0x6ed9eba1
      : i < 60
      ? ((b & c) | (d & (b | c))) + 0x8f1bbcdc
      : (b ^ c ^ d) + 0xca62c1d6;
    const next = (((a << 5) | (a >>> 27)) + choice + e + schedule[i]) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
}
