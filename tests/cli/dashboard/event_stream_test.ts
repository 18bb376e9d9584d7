import { assert, assertEquals } from "@std/assert";
import type {
  Hello,
  Points,
  RingPicture,
  ServerRow,
  SlabPicture,
} from "../../../src/cli/dashboard/wire.ts";
import { settle } from "../../support/settle.ts";
import { ManualClock } from "../../support/manual_clock.ts";
import { FakeServers } from "./fake_servers.ts";
import { Served, serverStrings } from "./served.ts";

Deno.test("events: a page is told all that is known, and then what is new", async () => {
  await using served = await Served.start(serverStrings(2));
  await served.pass(3);
  await using page = await Listener.open(served);
  const { data } = await page.next("hello");
  assertEquals<Hello>(data, {
    started: Date.UTC(2026, 2, 2, 12),
    mayWrite: false,
    fine: { step: 1000, count: 600 },
    coarse: { step: 10_000, count: 720 },
  });
  const first = await page.next("points");
  assertEquals([first.data.isAll, first.data.fine.times.length], [true, 4]);
  const rows = (await page.next("servers")).data as unknown as ServerRow[];
  assertEquals(rows.map(({ name, state }) => `${name} ${state}`), [
    "cache1.example up",
    "cache2.example up",
  ]);
  // Pictures come when they are ready.
  const pictures = [await page.next(), await page.next()];
  const of = (name: string) => pictures.find(({ event }) => event === name)!.data;
  assertEquals(of("ring").servers.length, 2);
  assertEquals(of("slabs").classes.length, 24);
  await served.pass(1);
  const more = await page.next("points");
  assertEquals([more.data.isAll, more.data.fine.times.length], [false, 1]);
});

Deno.test("events: a page that comes back goes on where it was", async () => {
  await using served = await Served.start(serverStrings(1));
  await served.pass(3);
  let id: string;
  {
    await using page = await Listener.open(served);
    ({ id } = await page.next("points"));
  }
  await served.pass(5);
  {
    await using page = await Listener.open(served, "/events", id);
    const { data } = await page.next("points");
    assertEquals([data.isAll, data.fine.times.length], [false, 5]);
  }
  // Not what another view, another dashboard or nobody has said.
  for (
    const [path, other] of [["/events?server=cache1.example", id], ["/events", `1${id}`], [
      "/events",
      "x",
    ]]
  ) {
    await using page = await Listener.open(served, path, other);
    assertEquals((await page.next("points")).data.isAll, true);
  }
  await served.pass(601);
  await using page = await Listener.open(served, "/events", id);
  const { data } = await page.next("points");
  assertEquals([data.isAll, data.fine.times.length], [true, 600]);
});

Deno.test("events: a page that does not read gets what it has missed in one piece", async () => {
  await using served = await Served.start(serverStrings(1));
  await using page = await Listener.open(served);
  await page.next("slabs");
  // The message after the tick that it waits for is made when it comes; all others while nobody reads are one.
  await served.pass(1);
  await page.next("points");
  await served.pass(40);
  let seen = 0;
  let messages = 0;
  while (seen < 40) {
    const { data } = await page.next("points");
    seen += data.fine.times.length;
    messages++;
  }
  assertEquals(seen, 40);
  // The sockets on the way take some of them; what matters is that nothing is kept here.
  assert(messages <= 40);
});

Deno.test("events: one server's points, or none for a name that is not there", async () => {
  await using served = await Served.start(serverStrings(2));
  await served.pass(2);
  await using one = await Listener.open(served, "/events?server=cache2.example");
  const { data } = await one.next("points");
  assertEquals(data.fine.times.length, 3);
  await using none = await Listener.open(served, "/events?server=nobody");
  await none.next("hello");
  assertEquals((await none.next()).event, "servers");
});

Deno.test("events go on though a server hangs", async () => {
  const clock = new ManualClock();
  const servers = new FakeServers(clock);
  const never = () => new Promise<never>(() => {});
  await using served = await Served.start(serverStrings(2), {
    probe: (server) => {
      const probe = servers.probe(server);
      return probe.name === "cache1.example" ? { ...probe, ask: never, slabs: never } : probe;
    },
  }, clock);
  await served.pass(2);
  await using page = await Listener.open(served);
  for (let i = 0; i < 25; i++) {
    const { data } = await page.next("points");
    assertEquals(data.fine.times.length, i === 0 ? 2 : 1);
    await served.pass(1);
  }
});

Deno.test("events end with the dashboard", async () => {
  const served = await Served.start(serverStrings(1));
  const page = await Listener.open(served);
  await page.next("servers");
  await served[Symbol.asyncDispose]();
  await page.end();
});

interface Event {
  readonly event: string;
  readonly id: string;
  readonly data: Points & Hello & RingPicture & SlabPicture;
}

/** Reads events. */
class Listener implements AsyncDisposable {
  readonly #reader: ReadableStreamDefaultReader<string>;
  readonly #controller: AbortController;
  #text = "";

  static async open(served: Served, path = "/events", lastId?: string): Promise<Listener> {
    const controller = new AbortController();
    const headers: HeadersInit = lastId === undefined ? {} : { "last-event-id": lastId };
    const { body } = await served.ask(path, { headers, signal: controller.signal });
    assert(body !== null);
    return new Listener(body, controller);
  }

  private constructor(body: ReadableStream<Uint8Array<ArrayBuffer>>, controller: AbortController) {
    this.#reader = body.pipeThrough(new TextDecoderStream()).getReader();
    this.#controller = controller;
  }

  /** Gives the next event, or the next one of a name. */
  async next(name?: string): Promise<Event> {
    while (true) {
      const end = this.#text.indexOf("\n\n");
      if (end < 0) {
        const { done, value } = await this.#reader.read();
        assert(!done, "the events have ended");
        this.#text += value;
        continue;
      }
      const block = this.#text.slice(0, end);
      this.#text = this.#text.slice(end + 2);
      const field = (word: string) => new RegExp(`^${word}: (.*)$`, "m").exec(block)?.[1] ?? "";
      const event = field("event");
      if (name === undefined || name === event) {
        return { event, id: field("id"), data: JSON.parse(field("data")) };
      }
    }
  }

  /** Resolves when there are no more. */
  async end(): Promise<void> {
    try {
      while (!(await this.#reader.read()).done);
    } catch {
      // The connection was cut.
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader.cancel();
    this.#controller.abort();
    await settle();
  }
}
