/** What `doctor` finds out about a server, step by step. */

/** The steps, in the order in which they are taken. A step that fails is the last one of its server. */
export type CheckName =
  | ("name" | "dial" | "tls" | "first reply" | "password" | "version")
  | ("meta" | "store" | "1 MB" | "clock");

/** What came of a step. */
export interface Finding {
  readonly check: CheckName;
  /** `warn`: it works, but something is to be known. `skip`: there was nothing to find out. */
  readonly state: "ok" | "warn" | "fail" | "skip";
  readonly text: string;
  /** What to do about it. */
  readonly wayOut?: string;
  /** True if a permission is missing: no server is the reason. */
  readonly isDenied?: true;
  /** How long it took, in milliseconds. */
  readonly ms?: number;
}

/** What a step says: all but its name and its time. */
export type Said = Omit<Finding, "check" | "ms">;

/** A step has failed, and the rest of them cannot be taken. */
export function failed(text: string, wayOut?: string): Said {
  return { state: "fail", text, ...(wayOut !== undefined && { wayOut }) };
}

export function ok(text: string): Said {
  return { state: "ok", text };
}

export function warned(text: string, wayOut: string): Said {
  return { state: "warn", text, wayOut };
}
