/**
 * Shortens what `deno test` says: a dot for a test that passed; of one that failed all that it printed, and in the end
 * all errors as `deno test` shows them, leaks included.
 *
 * @module
 */

import { isSummary, withoutColour } from "./tally.ts";

/** The report of one run, line by line. */
export class QuietReport {
  readonly #write: (text: string) => void;
  /** What has come since the last test ended. */
  #block: string[] = [];
  #marks = 0;
  /** All tests have run: errors and the summary follow. */
  #isAtEnd = false;
  #isOver = false;

  /** @param write Shows a text. */
  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  /** Takes a line of the run. */
  add(line: string): void {
    const plain = withoutColour(line);
    if (!this.#isAtEnd && (plain.trim() === "ERRORS" || isSummary(line))) this.#begin();
    if (this.#isAtEnd) return this.#isOver ? undefined : this.#conclude(line);
    if (RUNNING.test(plain)) this.#block = [];
    this.#block.push(line);
    const result = RESULT.exec(plain)?.[1];
    if (result === undefined) return;
    if (result === "ok") this.#mark(".");
    else if (result === "ignored") this.#mark(",");
    else this.#fail();
    this.#block = [];
  }

  /** Ends the report. A run that broke off shows what was under way. */
  end(): void {
    if (!this.#isAtEnd) this.#begin();
  }

  #fail(): void {
    this.#mark("!");
    this.#breakLine();
    this.#block.forEach((line) => this.#show(line));
  }

  #begin(): void {
    this.#isAtEnd = true;
    this.#breakLine();
    if (this.#block.some((line) => line !== "" && !RUNNING.test(withoutColour(line)))) {
      this.#block.forEach((line) => this.#show(line));
    }
  }

  #conclude(line: string): void {
    this.#show(line);
    this.#isOver = isSummary(line);
  }

  #mark(mark: string): void {
    this.#write(mark);
    if (++this.#marks % MARKS_A_LINE === 0) this.#write("\n");
  }

  #breakLine(): void {
    if (this.#marks % MARKS_A_LINE !== 0) this.#write("\n");
    this.#marks = 0;
  }

  #show(line: string): void {
    this.#write(`${line}\n`);
  }
}

const RUNNING = /^running \d+ tests? from /;
/** The end of a test; those of its steps are indented. */
const RESULT = /^\S.* \.\.\. (ok|FAILED|ignored|cancelled)(?: \(.*\))?$/;
const MARKS_A_LINE = 100;
