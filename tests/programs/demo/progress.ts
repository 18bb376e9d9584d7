/** One line that says what is being done: on a terminal only, and gone before anything else is written. */

import { bar } from "./bar.ts";
import { cut } from "./table.ts";

const BAR_WIDTH = 16;
const CLEAR_LINE = "\r\x1b[2K";

/** The progress line. */
export class Progress {
  readonly #shown: boolean;
  readonly #encoder = new TextEncoder();
  #onScreen = false;

  /** @param shown False: it never shows. */
  constructor(shown: boolean) {
    this.#shown = shown;
  }

  /** Shows a text, and a bar for how much of it is done, from 0 to 1. */
  say(text: string, share: number): void {
    if (!this.#shown) return;
    const filled = bar(share, BAR_WIDTH).padEnd(BAR_WIDTH);
    this.#write(CLEAR_LINE + cut(`  ▕${filled}▏ ${text}`, columns() - 1));
    this.#onScreen = true;
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#onScreen) this.#write(CLEAR_LINE);
    this.#onScreen = false;
  }

  #write(text: string): void {
    Deno.stderr.writeSync(this.#encoder.encode(text));
  }
}

function columns(): number {
  try {
    return Deno.consoleSize().columns || 80;
  } catch {
    return 80;
  }
}
