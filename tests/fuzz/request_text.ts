/** Writes requests by the text of the protocol alone: it shares no code with the client. */

import type { Request } from "../support/request_reader.ts";

/** The text of a request, one char a byte. */
export function requestText({ name, keys, numbers, word, data, noreply }: Request): string {
  const end = noreply ? " noreply\r\n" : "\r\n";
  if (data !== undefined) {
    const [flags, exptime, ...cas] = numbers;
    const words = [name, keys[0], flags, exptime, data.length, ...cas];
    return `${words.join(" ")}${end}${data}\r\n`;
  }
  if (word !== undefined) return `${name}${word === "" ? "" : ` ${word}`}${end}`;
  const words = name.startsWith("gat") ? [name, ...numbers, ...keys] : [name, ...keys, ...numbers];
  return words.join(" ") + end;
}
