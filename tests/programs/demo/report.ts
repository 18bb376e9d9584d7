/**
 * What the demo prints, and the count of what was wrong.
 *
 * Once the demo is interrupted nothing more is printed: what fails then fails because its servers are being stopped.
 */

import { count } from "./figures.ts";
import { type Paint, paint } from "./paint.ts";
import { Progress } from "./progress.ts";
import { cut, type Lean, table } from "./table.ts";

/** The widest line: terminals have 80 columns, and some wrap at the last one. */
export const WIDTH = 79;

/** Of what is wrong, so many keys are named. */
const MOST_NAMED = 5;

/** Prints, and counts. */
export class Report {
  readonly paint: Paint;
  readonly #progress: Progress;
  readonly #signal: AbortSignal;
  readonly #started = performance.now();
  #compared = 0;
  #wrong = 0;

  /** @param signal Aborted: the demo is interrupted. */
  constructor(signal: AbortSignal) {
    const smart = Deno.env.get("TERM") !== "dumb";
    this.paint = paint(smart && Deno.stdout.isTerminal() && !Deno.noColor);
    this.#progress = new Progress(smart && Deno.stderr.isTerminal());
    this.#signal = signal;
  }

  /** How much was wrong so far. */
  get wrong(): number {
    return this.#wrong;
  }

  /** Begins a part. */
  heading(text: string): void {
    this.#print(`\n${this.paint.bold(text)}`);
  }

  /** Prints a line that says something, and judges nothing. */
  note(text: string): void {
    this.#print(this.paint.dim(cut(`  ${text}`, WIDTH)));
  }

  /** Prints a line that is right or wrong. */
  check(right: boolean, text: string): void {
    this.#signal.throwIfAborted();
    this.#compared++;
    this.#verdict(right ? 0 : 1, text);
  }

  /** Prints a line for many answers at once. */
  checkMany(compared: number, wrong: readonly string[], text: string): void {
    this.#signal.throwIfAborted();
    this.#compared += compared;
    this.#verdict(wrong.length, text);
    for (const key of Array.from(new Set(wrong)).slice(0, MOST_NAMED)) {
      this.#print(cut(`    wrong: ${key}`, WIDTH));
    }
  }

  /** Prints a table; the first row has the names of the columns. */
  table(rows: readonly (readonly string[])[], leans: readonly Lean[]): void {
    const [head, ...lines] = table(rows, leans);
    this.#print(this.paint.dim(head));
    for (const line of lines) this.#print(line.replace(/[█-▏]+/, this.paint.cyan));
  }

  /** Says on the progress line what is being done, and how much of it is done, from 0 to 1. */
  busy(text: string, share: number): void {
    this.#signal.throwIfAborted();
    this.#progress.say(text, share);
  }

  /** Takes the progress line away. */
  clear(): void {
    this.#progress.clear();
  }

  /** Prints the last line. */
  end(): void {
    const seconds = ((performance.now() - this.#started) / 1000).toFixed(1);
    const verdict = `${count(this.#wrong)} wrong`;
    const brush = this.#wrong === 0 ? this.paint.green : this.paint.red;
    this.#print(
      `\n${count(this.#compared)} answers compared in ${seconds} s: ${
        this.paint.bold(brush(verdict))
      }`,
    );
  }

  /** Prints a line as it is. */
  line(text = ""): void {
    this.#print(text);
  }

  #verdict(wrong: number, text: string): void {
    this.#wrong += wrong;
    const mark = wrong === 0 ? this.paint.green("✓") : this.paint.red("✗");
    this.#print(`  ${mark} ${cut(text, WIDTH - 4)}`);
  }

  #print(text: string): void {
    this.#signal.throwIfAborted();
    this.#progress.clear();
    console.log(text);
  }
}
