/**
 * What a value takes as the readers count it: its texts and bytes, and eight bytes for each element, key, value and
 * member. What is shared counts once; a text that occurs twice is taken for shared.
 */
export function sizeOf(root: unknown): number {
  const seen = new Set<unknown>();
  const open: unknown[] = [root];
  let size = 0;
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value === "bigint") size += value.toString(16).length / 2;
    if (
      (typeof value !== "string" && (typeof value !== "object" || value === null)) ||
      seen.has(value)
    ) {
      continue;
    }
    seen.add(value);
    if (typeof value === "string") {
      size += value.length * (isLatin1(value) ? 1 : 2);
    } else if (value instanceof Uint8Array) {
      // A view into the data would keep all of it alive.
      size += value.buffer.byteLength;
    } else {
      const parts = value instanceof Map
        ? [...value].flat(1)
        : value instanceof Set || Array.isArray(value)
        ? [...value]
        : Object.entries(value).flat(1);
      size += 8 * parts.length;
      for (const part of parts) open.push(part);
    }
  }
  return size;
}

function isLatin1(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 0xff) return false;
  }
  return true;
}
