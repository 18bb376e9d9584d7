/** What is measured: one operation, one value size, so many callers, one or three servers. */
export interface Work {
  readonly operation: Operation;
  readonly bytes: number;
  readonly callers: number;
  readonly servers: number;
}

export type Operation = "get" | "set" | "getMulti100" | "setMulti100";

/** How a work is written in tables and given to `--only`: `get 100B c64 s1`. */
export function nameOf({ operation, bytes, callers, servers }: Work): string {
  return `${operation} ${sizeText(bytes)} c${callers} s${servers}`;
}

/** Keys that one call of the operation touches. */
export function keysPerCall(operation: Operation): number {
  return operation.endsWith("100") ? 100 : 1;
}

/** `10B`, `1kB`, `100kB`. */
export function sizeText(bytes: number): string {
  return bytes < 1000 ? `${bytes}B` : `${bytes / 1000}kB`;
}

/**
 * All works of a full run. What is left out would show nothing new for its time: 100 kB with hundreds
 * of callers is a hundred megabytes in flight, three servers differ from one by routing, not by value size,
 * and what 16 and 256 callers do is seen at 100 bytes.
 */
export function fullMatrix(): Work[] {
  const works: Work[] = [];
  for (
    const operation of ["get", "set", "getMulti100", "setMulti100"] as const
  ) {
    const single = keysPerCall(operation) === 1;
    for (const bytes of single ? [10, 100, 1_000, 100_000] : [10, 100, 1_000]) {
      for (const callers of single ? [1, 16, 64, 256, 4096] : [1, 16, 64]) {
        if (bytes === 100_000 && callers > 64) continue;
        if (single && bytes < 100_000 && bytes !== 100 && (callers === 16 || callers === 256)) {
          continue;
        }
        works.push({ operation, bytes, callers, servers: 1 });
        if (bytes === 100) {
          works.push({
            operation,
            bytes,
            callers,
            servers: 3,
          });
        }
      }
    }
  }
  return works.sort((a, b) => a.servers - b.servers);
}

/** The works that a target names: those of `--quick` and of a comparison. */
export function targetMatrix(): Work[] {
  return [
    { operation: "get", bytes: 100, callers: 1, servers: 1 },
    { operation: "set", bytes: 100, callers: 1, servers: 1 },
    { operation: "getMulti100", bytes: 100, callers: 1, servers: 1 },
    { operation: "setMulti100", bytes: 100, callers: 1, servers: 1 },
    { operation: "get", bytes: 100, callers: 64, servers: 1 },
    { operation: "get", bytes: 100_000, callers: 1, servers: 1 },
  ];
}

/** Whether it is one of them. */
export function hasTarget(work: Work): boolean {
  return TARGET_NAMES.has(nameOf(work));
}

const TARGET_NAMES: ReadonlySet<string> = new Set(targetMatrix().map(nameOf));

/** How many different keys a work goes through: many for small values, few for big ones. */
export function keyCount({ operation, bytes, callers }: Work): number {
  if (bytes >= 100_000) return 64;
  return keysPerCall(operation) === 100 ? 1_600 : Math.max(1_024, callers);
}
