/**
 * One table of facts, for the embedded server in each of its versions and for the daemon that is installed, whichever
 * version it has: with another one first on the PATH, the same facts are held against that.
 */

import { assertEquals } from "@std/assert";
import { MemcachedServer } from "@libmc/libmc/testing";
import { ADA, greeting, startAskingMemcached } from "../security/auth_rig.ts";
import { startMemcached } from "../support/memcached.ts";
import { quoted, Wire } from "../support/wire.ts";
import { FACTS, TRAPS } from "./meta_facts/all.ts";
import {
  type Answer,
  answerOf,
  ERROR,
  type Fact,
  HD,
  ms,
  requestsOf,
  since,
  type Step,
} from "./meta_facts/fact.ts";

/** A server that facts are held against. */
interface Held extends AsyncDisposable {
  readonly address: string;
  /** Lets seconds pass. */
  pass(seconds: number): Promise<void>;
  /** Whether the seconds are those of the wall, so that facts better wait together. */
  readonly isSlow: boolean;
}

const SERVERS: Record<string, () => Promise<Held>> = {
  ...Object.fromEntries(
    ["1.6.18", "1.6.38", "1.6.45"].map((version) => [
      `MemcachedServer as ${version}`,
      () => embedded(version),
    ]),
  ),
  "memcached": live,
};

for (const [name, start] of Object.entries(SERVERS)) {
  Deno.test(`${name} answers ${requestsOf(FACTS)} requests of ${FACTS.length} meta facts to the byte`, async () => {
    await using server = await start();
    const wrong: string[] = [];
    for (const fact of FACTS.filter((fact) => !waits(fact))) {
      wrong.push(...await hold(fact, server));
    }
    // Those that wait have keys of their own.
    const waiting = FACTS.filter(waits);
    if (server.isSlow) {
      wrong.push(...(await Promise.all(waiting.map((fact) => hold(fact, server)))).flat());
    } else {
      for (const fact of waiting) wrong.push(...await hold(fact, server));
    }
    assertEquals(wrong.join("\n"), "");
  });

  for (const trap of TRAPS) {
    Deno.test(`${name} has ${trap.name}`, async () => {
      await using server = await start();
      assertEquals((await hold(trap, server)).join("\n"), "");
    });
  }
}

for (const [name, start] of Object.entries(SERVERS)) {
  Deno.test(`${name} has trap 10: lists begin and end in the way of its version`, async () => {
    await using server = await start();
    using wire = await Wire.connect(server.address);
    const version = await versionOf(wire);
    await wire.send(`set a%b 7 0 1\r\n1\r\n${ms("AAH/", "1", "b T100")}mg c N100\r\nmg c\r\n`);
    await wire.until(`STORED\r\n${HD}HD W\r\nHD Z\r\n`);
    for (const [list, lines, end] of LISTS) {
      const expected = answerOf(lines, version);
      const found = await wire.listed(
        `lru_crawler ${list} all\r\n`,
        expected === ERROR ? ERROR : end,
      );
      const timeless = found.replace(/ exp=\d{10}/g, " exp").replace(/ la=\d{10} cas=\d+/g, "");
      assertEquals(inAnyOrder(timeless), inAnyOrder(expected), list);
    }
  });

  Deno.test(`${name} watches deletions from 1.6.20 on`, async () => {
    await using server = await start();
    using wire = await Wire.connect(server.address);
    const expected = answerOf(since(ERROR, ["1.6.20", "OK\r\n"]), await versionOf(wire));
    await wire.send("watch deletions\r\n");
    assertEquals(await wire.until("\r\n"), expected);
  });
}

Deno.test("memcached has trap 3: before a password it answers the last of the lines that arrive together", async () => {
  await using server = await startAskingMemcached();
  using wire = await Wire.connect(server.address);
  await wire.send("version\r\nmg a v\r\nversion\r\n");
  const answer = await wire.until("\r\n");
  assertEquals(answer, "CLIENT_ERROR unauthenticated\r\n");
  // What would be left to say to the three lines would come before this.
  const [hello] = greeting(ADA).split("version\r\n").slice(1);
  await wire.send(hello);
  assertEquals(await wire.until("\r\n"), "STORED\r\n");
  const version = await versionOf(wire);

  using short = await Wire.connect(server.address);
  await short.send("mn\r\n");
  const answers = since("CLIENT_ERROR unauthenticated\r\n", ["1.6.44", ""]);
  assertEquals(await short.until("\r\n"), answerOf(answers, version));
});

function waits({ steps }: Fact): boolean {
  return steps.some((step) => typeof step === "number");
}

async function embedded(version: string): Promise<Held> {
  const server = await MemcachedServer.start({ version });
  return {
    address: server.address,
    pass: (seconds) => Promise.resolve(server.advance(seconds)),
    isSlow: false,
    [Symbol.asyncDispose]: () => server.stop(),
  };
}

async function live(): Promise<Held> {
  const daemon = await startMemcached();
  return {
    address: daemon.address,
    pass: (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000)),
    isSlow: true,
    [Symbol.asyncDispose]: () => daemon.stop(),
  };
}

/**
 * Holds a fact against a server, and says what is wrong. A second may begin between two commands, so a time that is left
 * may be one less: a true difference is there at each of three attempts.
 */
async function hold(fact: Fact, server: Held): Promise<string[]> {
  let wrong: string[] = [];
  for (const letter of "stu") {
    wrong = await tryToHold(waits(fact) ? withOwnKeys(fact, letter) : fact, server);
    if (wrong.length === 0) break;
  }
  return wrong;
}

/** A fact whose keys are not those of another attempt: nothing is flushed where others wait. */
function withOwnKeys({ name, steps }: Fact, letter: string): Fact {
  const renamed = (text: string) => text.replaceAll("waits", `wait${letter}`);
  const ownSteps = steps.map((step): Step => {
    if (typeof step === "number") return step;
    const [sent, answer] = step;
    if (typeof answer !== "string") throw new Error(`Cannot rename the keys of "${name}"`);
    return [renamed(sent), renamed(answer)];
  });
  return { name, steps: ownSteps };
}

async function tryToHold(fact: Fact, server: Held): Promise<string[]> {
  using wire = await Wire.connect(server.address);
  const version = await versionOf(wire);
  if (!waits(fact)) {
    await wire.send("flush_all\r\n");
    await wire.until("OK\r\n");
  }
  const cas = new CasNames(fact);
  for (const [at, step] of fact.steps.entries()) {
    if (typeof step === "number") {
      await server.pass(step);
      continue;
    }
    const sending = wire.send(cas.numbered(step[0]), MARK);
    const found = cas.named((await wire.until(MARK_ANSWER)).slice(0, -MARK_ANSWER.length));
    await sending;
    const expected = answerOf(step[1], version);
    if (found === expected) continue;
    return [
      `${fact.name}, step ${at + 1}, as ${version}\n` +
      `  sent     ${quoted(step[0])}\n  expected ${quoted(expected)}\n  found    ${quoted(found)}`,
    ];
  }
  return [];
}

async function versionOf(wire: Wire): Promise<string> {
  await wire.send("version\r\n");
  return /^VERSION (\S+)/.exec(await wire.until("\r\n"))![1];
}

/** The lines of a list, whose order is the server's own. */
function inAnyOrder(list: string): string[] {
  return list.split("\n").sort();
}

/** Names for the numbers that a server picks: `#1`, `#2` and so on. */
class CasNames {
  readonly #seen: string[] = [];
  readonly #given: ReadonlySet<string>;

  constructor({ steps }: Fact) {
    const sent = steps.map((step) => typeof step === "number" ? "" : step[0]).join("");
    this.#given = new Set(["0", ...Array.from(sent.matchAll(/ E(\d+)/g), ([, number]) => number)]);
  }

  /** What is sent, with the numbers for their names. */
  numbered(sent: string): string {
    return sent.replace(/#(\d+)/g, (_, name) => this.#seen[name - 1]);
  }

  /** What was received, with the names for the numbers. */
  named(received: string): string {
    return received
      .replace(/^VERSION .*\r\n/gm, "VERSION *\r\n")
      .replace(/^((?:HD|EX|NS|VA \d+)(?: [^ \r]+)*? c)(\d+)(?=[ \r])/gm, this.#name)
      .replace(/^(ME .* cas=)(\d+)/gm, this.#name)
      .replace(/^(VALUE [^ ]+ \d+ \d+ )(\d+)(?=\r)/gm, this.#name);
  }

  readonly #name = (_: string, head: string, number: string): string => {
    if (this.#given.has(number)) return head + number;
    if (!this.#seen.includes(number)) this.#seen.push(number);
    return `${head}#${this.#seen.indexOf(number) + 1}`;
  };
}

/** No fact is answered so: it ends an answer. */
const MARK = "set !mark! 0 0 4 noreply\r\nmark\r\nget !mark!\r\n";
const MARK_ANSWER = "VALUE !mark! 0 4\r\nmark\r\nEND\r\n";

/** Lists of the items `a%b`, `\0\1\xff` and the placeholder `c`, and how they end. */
const LISTS: readonly (readonly [list: string, lines: Answer, end: string])[] = [
  [
    "metadump",
    since(
      "key=a%25b exp=-1 fetch=no cls=1 size=67\n" +
        "key=%00%01%FF exp fetch=no cls=1 size=63\n" +
        "key=c exp fetch=yes cls=1 size=60\nEND\r\n",
      [
        "1.6.24",
        "key=a%25b exp=-1 fetch=no cls=1 size=67 flags=7\n" +
        "key=%00%01%FF exp fetch=no cls=1 size=63 flags=0\n" +
        "key=c exp fetch=yes cls=1 size=60 flags=0\nEND\r\n",
      ],
      [
        "1.6.39",
        "key=a%25b exp=-1 fetch=no cls=1 size=67 flags=7 \n" +
        "key=%00%01%FF exp fetch=no cls=1 size=63 flags=0 \n" +
        "key=c exp fetch=yes cls=1 size=60 flags=0 \nEND\r\n",
      ],
      [
        "1.6.43",
        "OK\r\nkey=a%25b exp=-1 fetch=no cls=1 size=67 flags=7 \n" +
        "key=%00%01%FF exp fetch=no cls=1 size=63 flags=0 \n" +
        "key=c exp fetch=yes cls=1 size=60 flags=0 \nEND\r\n",
      ],
    ),
    "END\r\n",
  ],
  [
    "mgdump",
    since(
      ERROR,
      ["1.6.19", "mg a%b\r\nmg AAH/ b\r\nmg c\r\nEN\r\n"],
      ["1.6.43", "OK\r\nmg a%b\r\nmg AAH/ b\r\nmg c\r\nEN\r\n"],
    ),
    "EN\r\n",
  ],
];
