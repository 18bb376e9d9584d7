/** A pseudo terminal with a program in it: a window of tmux, which has a server of its own. */

import { ensureProgram, TMUX } from "../support/ensure_program.ts";

/** A window. */
export interface TerminalOptions {
  readonly columns: number;
  readonly rows: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** The state of a terminal that a program may leave behind wrong. */
export interface TerminalState {
  /** True on the second screen, which programs draw on. */
  readonly isAlternate: boolean;
  readonly hasCursor: boolean;
}

/** A terminal. What runs in it ends with it. */
export class Terminal implements AsyncDisposable {
  readonly #folder: string;
  readonly #tmux: string;

  private constructor(folder: string, tmux: string) {
    this.#folder = folder;
    this.#tmux = tmux;
  }

  /** Starts a program in a new window. When it is over, the window stays, and says so in a last line: `exit` and the code. */
  static async open(
    command: readonly string[],
    { columns, rows, env = {} }: TerminalOptions,
  ): Promise<Terminal> {
    const folder = await Deno.makeTempDir({ prefix: "libmc-tmux-" });
    const terminal = new Terminal(folder, await ensureProgram(TMUX));
    const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    const line = ["env", "-u", "NO_COLOR", ...variables, ...command].map(quoted).join(" ");
    const size = ["-x", String(columns), "-y", String(rows)];
    try {
      await terminal.#run("new-session", "-d", ...size, `${line}; echo "exit $?"; exec sleep 1000`);
    } catch (error) {
      await terminal[Symbol.asyncDispose]();
      throw error;
    }
    return terminal;
  }

  /** The lines of the window, without spaces at their ends. */
  async lines(): Promise<string[]> {
    const text = await this.#run("capture-pane", "-p");
    return text.split("\n").map((line) => line.trimEnd());
  }

  /** Waits until the window looks as it should, and gives its lines. */
  async until(isRight: (text: string) => boolean): Promise<string[]> {
    const end = Date.now() + LONGEST_WAIT;
    while (true) {
      const lines = await this.lines();
      if (isRight(lines.join("\n"))) return lines;
      if (Date.now() > end) throw new Error(`The window still shows\n${lines.join("\n")}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Presses keys, by tmux's names, as in `q` or `C-c`. */
  async press(...keys: string[]): Promise<void> {
    await this.#run("send-keys", ...keys);
  }

  async resize(columns: number, rows: number): Promise<void> {
    await this.#run("resize-window", "-x", String(columns), "-y", String(rows));
  }

  async state(): Promise<TerminalState> {
    const format = "#{alternate_on} #{cursor_flag}";
    const text = await this.#run("display-message", "-p", format);
    const [alternate, cursor] = text.trim().split(" ");
    return { isAlternate: alternate === "1", hasCursor: cursor === "1" };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // It fails if the server has never come up.
    await this.#run("kill-server").catch(() => {});
    await Deno.remove(this.#folder, { recursive: true });
  }

  async #run(...args: string[]): Promise<string> {
    const { success, stdout, stderr } = await new Deno.Command(this.#tmux, {
      args: ["-S", `${this.#folder}/socket`, "-f", "/dev/null", "-u", ...args],
      stdin: "null",
    }).output();
    const decoder = new TextDecoder();
    if (!success) throw new Error(`tmux ${args.join(" ")}: ${decoder.decode(stderr).trim()}`);
    return decoder.decode(stdout);
  }
}

const LONGEST_WAIT = 15_000;

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
