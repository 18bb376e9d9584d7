/** Bytes that count how often one of them is looked at. */

/** How often bytes were looked at, one by one or as part of a copy. */
export interface Reads {
  count: number;
}

/** The same bytes; each look at one of them, or each copy of one, is counted. */
export function countedReads(bytes: Uint8Array, reads: Reads): Uint8Array {
  return new Proxy(bytes, {
    get(target, name): unknown {
      if (typeof name === "string" && /^\d+$/.test(name)) {
        reads.count++;
        return target[Number(name)];
      }
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      if (name !== "subarray") return member.bind(target);
      return (start: number, end: number) => countedReads(target.subarray(start, end), reads);
    },
  });
}
