/** A name server on the loopback interface: answers questions for A, AAAA and SRV records by UDP, from a table. */

import { createSocket, type RemoteInfo } from "node:dgram";

/** Records by `TYPE name`, as in `A cache.internal`: addresses, or `priority weight port target`. */
export type DnsRecords = Record<string, readonly string[]>;

const TYPES: Readonly<Record<number, string>> = { 1: "A", 28: "AAAA", 33: "SRV" };

/** Answers by the records that it has. A name without any record does not exist. */
export class DnsServer implements AsyncDisposable {
  records: DnsRecords;
  /** What was asked, in order. */
  readonly asked: string[] = [];
  /** Answers nothing while it is true. */
  isSilent = false;
  readonly #socket = createSocket("udp4");

  private constructor(records: DnsRecords) {
    this.records = records;
  }

  /** Starts it on a free port. */
  static async start(records: DnsRecords = {}): Promise<DnsServer> {
    const server = new DnsServer(records);
    server.#socket.on("message", (question, from) => server.#answer(question, from));
    await new Promise<void>((bound) => server.#socket.bind(0, "127.0.0.1", () => bound()));
    return server;
  }

  /** Where it listens, as the option `nameServer` takes it. */
  get address(): string {
    return `127.0.0.1:${this.#socket.address().port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((closed) => this.#socket.close(() => closed()));
  }

  #answer(question: Uint8Array, from: RemoteInfo): void {
    const { name, type, end } = readQuestion(question);
    this.asked.push(`${type} ${name}`);
    if (this.isSilent) return;
    const data = (this.records[`${type} ${name}`] ?? []).map((record) => dataOf(type, record));
    const exists = Object.keys(this.records).some((key) => key.endsWith(` ${name}`));
    const header = new Uint8Array(12);
    header.set(question.subarray(0, 2));
    // A reply with authority, to a question that wanted recursion; 3: no such name.
    header.set([0x85, exists ? 0x80 : 0x83, 0, 1, 0, data.length], 2);
    const reply = [header, question.subarray(12, end)];
    for (const bytes of data) {
      const code = Number(Object.keys(TYPES).find((code) => TYPES[Number(code)] === type));
      // The name of the question, the type, the class, no seconds to live, the length.
      reply.push(Uint8Array.of(0xc0, 12, 0, code, 0, 1, 0, 0, 0, 0, 0, bytes.length), bytes);
    }
    this.#socket.send(concat(reply), from.port, from.address);
  }
}

function readQuestion(bytes: Uint8Array): { name: string; type: string; end: number } {
  const labels: string[] = [];
  let at = 12;
  while (bytes[at] > 0) {
    labels.push(new TextDecoder().decode(bytes.subarray(at + 1, at + 1 + bytes[at])));
    at += 1 + bytes[at];
  }
  const type = TYPES[bytes[at + 1] * 256 + bytes[at + 2]] ?? "other";
  return { name: labels.join(".").toLowerCase(), type, end: at + 5 };
}

function dataOf(type: string, record: string): Uint8Array {
  if (type === "A") return Uint8Array.from(record.split(".").map(Number));
  if (type === "AAAA") {
    const [head, tail = ""] = record.split("::");
    const groups = (text: string) => text === "" ? [] : text.split(":").map((g) => parseInt(g, 16));
    const [first, last] = [groups(head), groups(tail)];
    const all = [...first, ...Array(8 - first.length - last.length).fill(0), ...last];
    return Uint8Array.from(all.flatMap((group: number) => [group >> 8, group & 255]));
  }
  const [priority, weight, port, target] = record.split(" ");
  const numbers = [priority, weight, port].map(Number).flatMap((n) => [n >> 8, n & 255]);
  const labels = target.split(".").map((label) => {
    const text = new TextEncoder().encode(label);
    return concat([Uint8Array.of(text.length), text]);
  });
  return concat([Uint8Array.from(numbers), ...labels, Uint8Array.of(0)]);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
