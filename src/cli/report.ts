/** What the program says: lines, tables, JSON, and colours where somebody sees them. */

import { styleText } from "node:util";
import type { CliIo, CliOutput } from "./cli_io.ts";
import type { Failure } from "./failure.ts";
import { written } from "./output_error.ts";
import { inJson } from "./shown_value.ts";
import { type Column, tableLines } from "./table.ts";
import { visible, visibleJson } from "./visible.ts";

/** A colour or another look, by the names of `node:util`. */
export type Style = "bold" | "cyan" | "dim" | "green" | "red" | "yellow";

/** Gives a text its looks, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string;

/** Writes the results of one command. */
export class Report {
  readonly #out: CliOutput;
  readonly #err: CliOutput;
  /** True if the results are JSON: one object a line. */
  readonly isJson: boolean;
  /** Paints results. */
  readonly paint: Paint;
  /** Paints messages. */
  readonly paintMessage: Paint;

  constructor(io: CliIo, isJson: boolean) {
    this.#out = io.out;
    this.#err = io.err;
    this.isJson = isJson;
    this.paint = paintFor(io, io.out);
    this.paintMessage = paintFor(io, io.err);
  }

  /** Writes a result: the object as a line of JSON, or else the line. */
  async result(object: object, line: string): Promise<void> {
    if (this.isJson) await this.json(object);
    else await this.line(line);
  }

  /** Tells of a miss: a result for programs, a message for people, whose output has values only. */
  async absent(key: string, advice = ""): Promise<void> {
    if (this.isJson) await this.json({ key, hit: false });
    else await this.message(`${this.foreign(key)} is not there${advice}`);
  }

  /** Writes an object as a line of JSON. */
  async json(object: object): Promise<void> {
    await this.#write(`${this.#jsonOf(inJson(object))}\n`);
  }

  /** Writes a line of results. */
  async line(line = ""): Promise<void> {
    await this.#write(`${line}\n`);
  }

  /** Writes bytes as they are. */
  async bytes(data: Uint8Array): Promise<void> {
    await this.#write(data);
  }

  /** Writes a table. */
  async table(columns: readonly Column[], rows: readonly (readonly string[])[]): Promise<void> {
    const painted = columns.map((column) => ({
      ...column,
      title: this.paint("bold", this.foreign(column.title)),
    }));
    for (const line of tableLines(painted, rows)) await this.line(line);
  }

  /** Says something beside the results. If nobody hears it, the exit code still tells. */
  async message(line: string): Promise<void> {
    await this.#err.write(`${line}\n`).catch(() => {});
  }

  /** Says what has failed. What servers say is part of that, and must not drive a terminal. */
  async failure({ message = "", wayOut, details }: Failure): Promise<void> {
    const isSeen = this.#err.isTerminal;
    if (this.isJson) {
      const json = JSON.stringify({ error: { message, wayOut, details } });
      return await this.message(isSeen ? visibleJson(json) : json);
    }
    const text = isSeen ? visible(message, true) : message;
    await this.message(`${this.paintMessage("red", "libmc:")} ${text}`);
    if (wayOut !== undefined) await this.message(wayOut);
  }

  #jsonOf(value: unknown): string {
    const json = JSON.stringify(value);
    return this.#out.isTerminal ? visibleJson(json) : json;
  }

  #write(data: string | Uint8Array): Promise<void> {
    return written(this.#out.write(data));
  }

  /** A text that came from outside: on a terminal it must not drive it. */
  foreign(text: string, keepsLines = false): string {
    return this.#out.isTerminal ? visible(text, keepsLines) : text;
  }
}

/** The paint for an output: none unless a person sees it who wants colours. */
export function paintFor(io: CliIo, output: CliOutput): Paint {
  const isPlain = !output.isTerminal || (io.env("NO_COLOR") ?? "") !== "" || isDumb(io);
  if (isPlain) return (_style, text) => text;
  // Without this it would ask about another stream.
  return (style, text) => styleText(style, text, { validateStream: false });
}

/** True if the terminal says of itself that it can do no more than write line behind line. */
export function isDumb(io: CliIo): boolean {
  return io.env("TERM") === "dumb";
}
