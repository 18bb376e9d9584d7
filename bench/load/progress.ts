/** One line that says what is being done, on a terminal only. */
export class Progress {
  readonly #shown: boolean = Deno.stderr.isTerminal();
  readonly #encoder = new TextEncoder();

  say(text: string): void {
    if (this.#shown) {
      Deno.stderr.writeSync(this.#encoder.encode(`\r\x1b[2K${text}`));
    }
  }

  clear(): void {
    this.say("");
  }
}
