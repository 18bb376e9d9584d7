/**
 * Strict equality of values: types, classes, the sign of zero and NaN count; the order of a Set's members and of an
 * object's keys does not.
 */
export function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (a instanceof Uint8Array) {
    const other = b as Uint8Array;
    return a.length === other.length && a.every((byte, i) => byte === other[i]);
  }
  if (a instanceof Map) return same([...a], [...b as Map<unknown, unknown>]);
  if (a instanceof Set) {
    const others = [...b as Set<unknown>];
    return a.size === others.length && [...a].every((member) => {
      const at = others.findIndex((other) => same(member, other));
      return at !== -1 && others.splice(at, 1).length === 1;
    });
  }
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) =>
    Object.hasOwn(b, key) &&
    same((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key])
  );
}
