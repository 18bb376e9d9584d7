/** Writes containers of numbers as Python's marshal and pickle do, whatever our own writer refuses. */

/** A marshal set, or a marshal dict from each key to None. */
export function marshalOf(kind: "set" | "dict", keys: readonly unknown[]): Uint8Array {
  const bytes: number[] = kind === "set" ? [0x3c, ...uint32(keys.length)] : [0x7b];
  for (const key of keys) {
    for (const byte of marshalKey(key)) bytes.push(byte);
    if (kind === "dict") bytes.push(0x4e);
  }
  if (kind === "dict") bytes.push(0x30);
  return Uint8Array.from(bytes);
}

/** A pickled set, or a pickled dict from each key to None. */
export function pickleOf(kind: "set" | "dict", keys: readonly unknown[]): Uint8Array {
  const bytes: number[] = [kind === "set" ? 0x8f : 0x7d, 0x28];
  for (const key of keys) {
    for (const byte of pickleKey(key)) bytes.push(byte);
    if (kind === "dict") bytes.push(0x4e);
  }
  bytes.push(kind === "set" ? 0x90 : 0x75, 0x2e);
  return Uint8Array.from(bytes);
}

function marshalKey(key: unknown): number[] {
  if (typeof key === "string") return [0x7a, key.length, ...ascii(key)];
  if (typeof key === "number" && key === (key | 0)) return [0x69, ...uint32(key)];
  if (typeof key === "number") return [0x67, ...float64(key, true)];
  const digits: number[] = [];
  for (let left = key as bigint; left > 0n; left >>= 15n) digits.push(Number(left & 0x7fffn));
  return [0x6c, ...uint32(digits.length), ...digits.flatMap((digit) => [digit & 255, digit >> 8])];
}

function pickleKey(key: unknown): number[] {
  if (typeof key === "string") return [0x8c, key.length, ...ascii(key)];
  if (typeof key === "number" && key === (key | 0)) return [0x4a, ...uint32(key)];
  if (typeof key === "number") return [0x47, ...float64(key, false)];
  const bytes: number[] = [];
  for (let left = key as bigint; left > 0n; left >>= 8n) bytes.push(Number(left & 0xffn));
  return [0x8a, bytes.length + 1, ...bytes, 0];
}

function ascii(text: string): number[] {
  return Array.from(text, (character) => character.charCodeAt(0));
}

function uint32(value: number): number[] {
  return [value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, (value >>> 24) & 0xff];
}

function float64(value: number, isLittle: boolean): number[] {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value, isLittle);
  return Array.from(bytes);
}
