/** What the project set out for, beside what a run found: on one core only, where a figure says what a client does. */
import { OURS } from "../participants/names.ts";
import { formatVerdict, type Verdict } from "../probe/verdict.ts";
import type { Result } from "./report.ts";
import { nameOf } from "./work.ts";

type Target = Pick<Verdict, "unit" | "atLeast" | "atMost"> & {
  readonly figure: "ofRaw" | "ofBestPeer" | "ofLibmcPython" | "keysPerSecond" | "cpuMicrosPerKey";
  readonly what: string;
};

const TARGETS: Readonly<Record<string, readonly Target[]>> = {
  "get 100B c1 s1": [ofRaw(0.95), ofBestPeer(1.4)],
  "set 100B c1 s1": [ofRaw(0.95), ofBestPeer(1.25)],
  "getMulti100 100B c1 s1": [
    { figure: "keysPerSecond", what: "keys a second, or", unit: "", atLeast: 1.6e6 },
    cpuPerKey(0.38),
    ofLibmcPython(1.5),
  ],
  "setMulti100 100B c1 s1": [cpuPerKey(0.45), ofLibmcPython(1.5), ofRaw(0.9)],
  "get 100B c64 s1": [ofBestPeer(7.5)],
  "get 100kB c1 s1": [ofRaw(0.75), ofLibmcPython(1.1)],
};

/** A line for each target whose figure was measured. */
export function formatVerdicts(results: readonly Result[]): string {
  const lines = results.flatMap((result) => {
    if (result.participant !== OURS || result.cores !== "one") return [];
    const name = nameOf(result);
    return (TARGETS[name] ?? []).flatMap(({ figure: key, what, ...target }) => {
      const figure = result[key];
      return figure === undefined
        ? []
        : [formatVerdict({ ...target, figure, what: `${name}, ${what}` })];
    });
  });
  return lines.length === 0 ? "" : ["Targets, on one core", ...lines, ""].join("\n");
}

function ofRaw(atLeast: number): Target {
  return { figure: "ofRaw", what: "of the raw socket", unit: "×", atLeast };
}

function ofBestPeer(atLeast: number): Target {
  return { figure: "ofBestPeer", what: "of the best npm client", unit: "×", atLeast };
}

function ofLibmcPython(atLeast: number): Target {
  return { figure: "ofLibmcPython", what: "of libmc on Python", unit: "×", atLeast };
}

function cpuPerKey(atMost: number): Target {
  return { figure: "cpuMicrosPerKey", what: "CPU a key", unit: " µs", atMost };
}
