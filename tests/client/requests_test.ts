import { assert, assertEquals } from "@std/assert";
import { Client, type Connect } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { Recorder } from "../compat/recording_connect.ts";
import { Random } from "../support/random.ts";
import { readRequests, type Request } from "../support/request_reader.ts";
import { bytesOf, textOf } from "../support/wire.ts";
import { KEY, VERBS } from "../support/verbs.ts";
import { type CallContext, randomCall } from "./random_calls.ts";

const ROUNDS = 4000;

for (const [prefix, noreply] of [["", false], ["é:", false], ["", true]] as const) {
  const how = `prefix "${prefix}", noreply ${noreply}`;
  Deno.test(`Client sends exactly the intended requests, whatever the arguments, ${how}`, async () => {
    const wire = new AnsweredWire();
    await using client = new Client("any", {
      prefix,
      noreply,
      connect: wire.connect,
      strict: true,
      // Nothing is asked besides; tests/client/split_items_test.ts has what is asked otherwise.
      doSplit: false,
    });
    const random = new Random(20260114);
    let sent = 0;
    let refused = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const context: CallContext = { prefix, noreply, now: Math.floor(Date.now() / 1000) };
      // Several in one tick, which the client may join.
      const calls = Array.from({ length: 1 + random.below(3) }, () => randomCall(random, context));
      const told = `seed ${random.seed}, round ${round}: ${calls.map((call) => call.name)}`;
      const results = await Promise.allSettled(calls.map((call) => call.begin(client)));
      for (const [i, result] of results.entries()) {
        if (calls[i].requests !== undefined) {
          assertEquals(result.status, "fulfilled", `${told}: ${reasonOf(result)}`);
        } else {
          assert(isWrongUse(result), `${told}: ${calls[i].name} gave ${reasonOf(result)}`);
          refused++;
        }
      }
      const expected = calls.flatMap((call) => call.requests ?? []);
      assertEquals(wire.take().filter(isNoProof).flatMap(eachKey), expected, told);
      sent += expected.length;
    }
    assert(
      sent > ROUNDS && refused > ROUNDS / 4,
      `${sent} sent, ${refused} refused: too one-sided`,
    );
  });
}

/** False for what the client asks by itself, to see that the replies are in their place. */
function isNoProof({ keys }: Request): boolean {
  return !keys.some((key) => key.endsWith("libmc:place-of-replies"));
}

Deno.test("Client speaks the classic text commands and no other, whichever method is called", async () => {
  const classic = new Set(VERBS.map(({ command }) => command)).add("quit");
  for (const noreply of [false, true]) {
    await using server = await MemcachedServer.start();
    const recorder = new Recorder();
    await using client = new Client(server.address, {
      noreply,
      connect: recorder.connect,
      strict: true,
      allowFlushAll: true,
      connectTimeout: 5000,
      pollTimeout: 5000,
    });
    for (const { call } of VERBS) await call(client);
    await client.setMulti({ [KEY]: "x".repeat(2_000_000) });
    await client.setStream(KEY, new Blob(["x".repeat(2_500_000)]).stream());
    await new Response(await client.getStream(KEY)).bytes();
    await client.delete(KEY);
    await client.quit();
    // The reader knows no other command, and takes no key, number or word but theirs.
    const requests = recorder.connections.flatMap(({ sent }) => readRequests(sent));
    assertEquals(new Set(requests.map(({ name }) => name)), classic);
  }
});

/** A server that takes every request for what it is, and answers. */
class AnsweredWire {
  #requests: Request[] = [];
  #replies = "";
  #reading: (() => void) | undefined;
  #closed = false;

  /** To be given to a client. */
  readonly connect: Connect = () =>
    Promise.resolve({
      read: (into) => this.#read(into),
      write: (bytes) => {
        const requests = readRequests(textOf(bytes));
        this.#requests.push(...requests);
        this.#reply(requests.map(replyTo).join(""));
        return Promise.resolve(bytes.length);
      },
      close: () => {
        this.#closed = true;
        this.#reply("");
      },
    });

  /** The requests since the last time. */
  take(): Request[] {
    return this.#requests.splice(0);
  }

  #reply(text: string): void {
    this.#replies += text;
    if (text !== "" || this.#closed) this.#reading?.();
  }

  async #read(into: Uint8Array): Promise<number | null> {
    if (this.#replies === "" && !this.#closed) {
      await new Promise<void>((resolve) => this.#reading = resolve);
    }
    if (this.#replies === "") return null;
    const bytes = bytesOf(this.#replies.slice(0, into.length));
    this.#replies = this.#replies.slice(bytes.length);
    into.set(bytes);
    return bytes.length;
  }
}

function replyTo({ name, noreply, data }: Request): string {
  if (noreply) return "";
  if (data !== undefined) return "STORED\r\n";
  if (name === "incr" || name === "decr") return "5\r\n";
  return REPLIES[name] ?? "END\r\n";
}

/** One request a key: gets of one tick go in one line. */
function eachKey(request: Request): Request[] {
  if (request.keys.length < 2) return [request];
  return request.keys.map((key) => ({ ...request, keys: [key] }));
}

function isWrongUse(result: PromiseSettledResult<unknown>): boolean {
  return result.status === "rejected" &&
    (result.reason instanceof TypeError || result.reason instanceof RangeError) &&
    /^Cannot /.test(result.reason.message);
}

function reasonOf(result: PromiseSettledResult<unknown>): string {
  return result.status === "rejected" ? String(result.reason) : String(result.value);
}

const REPLIES: Readonly<Record<string, string>> = {
  delete: "DELETED\r\n",
  touch: "TOUCHED\r\n",
  verbosity: "OK\r\n",
};
