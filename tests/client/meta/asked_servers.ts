/** Servers that are asked whether they speak meta commands, and clients of them. */

import { Client, type ClientOptions } from "@libmc/libmc";
import { type Answering, AnsweringConnect } from "../../support/answering_connect.ts";

/** A server of a version that answers meta commands, or does with them what it is told. */
export function serverOf(version: string, onMeta: Answering = metaReplies): Answering {
  return (written, connection) => {
    if (written === "version\r\n") return `VERSION ${version}\r\n`;
    if (/^m[a-z] |^mn/.test(written)) return onMeta(written, connection);
    return written.replaceAll(/get [^\r]*\r\n/g, "END\r\n").replaceAll(
      /set .*\r\n.*\r\n/g,
      "STORED\r\n",
    );
  };
}

export function metaReplies(written: string): string {
  return written.replaceAll(/(m[a-z]).*? ?(O\d+)?\r\n/g, (_all, name, opaque) => {
    return name === "mn" ? "MN\r\n" : `${name === "mg" ? "EN" : "HD"} ${opaque}\r\n`;
  });
}

export function clientOf(answer: Answering, options: ClientOptions = {}) {
  const wires = new AnsweringConnect(answer);
  const client = new Client("any", { strict: true, connect: wires.connect, ...options });
  return { client, wires, sent: () => wires.connections.map(({ sent }) => sent) };
}
