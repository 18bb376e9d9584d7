/** A terminal on which a picture is drawn over and over, in the place of what was there, which comes back at the end. */

import type { CliOutput } from "../cli_io.ts";
import { written } from "../output_error.ts";

/** The screen of a terminal while something is drawn on it. */
export class Drawing {
  readonly #out: CliOutput;

  constructor(out: CliOutput) {
    this.#out = out;
  }

  /** Turns to the second screen that terminals have, and hides the cursor. */
  begin(): Promise<void> {
    return written(this.#out.write(`${CSI}?1049h${CSI}?25l${CSI}2J`));
  }

  /** Draws lines from the top, over what is there. */
  draw(lines: readonly string[]): Promise<void> {
    // Each line is cleared behind its end, so that nothing flickers.
    const text = lines.map((line) => `${line}${CSI}K`).join("\r\n");
    return written(this.#out.write(`${CSI}H${text}${CSI}J`));
  }

  /** Gives the terminal back as it was. Harmless when it is gone. */
  async end(): Promise<void> {
    await this.#out.write(`${CSI}?25h${CSI}?1049l`).catch(() => {});
  }
}

const CSI = "\x1b[";
