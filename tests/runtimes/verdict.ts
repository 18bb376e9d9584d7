/** What the results of a runtime come to, beside the list of what it is known not to do. */

import type { CaseResult } from "./inside/test_registry.ts";
import type { Exception } from "./exceptions.ts";
import type { RuntimeName } from "./runtimes.ts";

/** What the tests of one file came to. */
export interface FileResults {
  readonly file: string;
  readonly results: readonly CaseResult[];
}

/** What came of one runtime. */
export interface Verdict {
  readonly passed: number;
  /** Tests and steps that ran. */
  readonly all: number;
  /** Exceptions that were met. */
  readonly exceptions: readonly Exception[];
  /** What must not be: a sentence each. */
  readonly complaints: readonly string[];
}

/** Compares results with the exceptions. A listed test that passes, or that was not there, is as wrong as one that fails. */
export function verdictOf(
  runtime: RuntimeName,
  files: readonly FileResults[],
  exceptions: readonly Exception[],
): Verdict {
  const complaints: string[] = [];
  const met: Exception[] = [];
  const expected = exceptions.filter(({ on, file }) => {
    return on.includes(runtime) && files.some((results) => results.file === file);
  });
  let passed = 0;
  let all = 0;
  for (const { file, results } of files) {
    if (results.length === 0) complaints.push(`${file} has run no test`);
    for (const { name, error } of results) {
      all++;
      if (error === undefined) passed++;
      const exception = expected.find((each) => each.file === file && each.name === name);
      if (exception !== undefined) met.push(exception);
      if (error !== undefined && exception === undefined) {
        complaints.push(`${file}: ${name} fails: ${error}`);
      }
      if (error === undefined && exception !== undefined) {
        complaints.push(`${file}: ${name} passes, and is listed as an exception`);
      }
    }
  }
  for (const exception of expected) {
    if (met.includes(exception)) continue;
    complaints.push(`${exception.file}: ${exception.name} is listed, and there is no such test`);
  }
  return { passed, all, exceptions: met, complaints };
}
