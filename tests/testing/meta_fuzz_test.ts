import { assertEquals } from "@std/assert";
import { MemcachedServer } from "@libmc/libmc/testing";
import { startMemcached } from "../support/memcached.ts";
import { Random } from "../support/random.ts";
import { Wire } from "../support/wire.ts";
import { randomMetaCommand } from "./random_meta_command.ts";
import { shrink } from "./shrink.ts";

const SEED = 20_261_128;
const SEQUENCES = 400;
const LONGEST = 30;
/** The daemon sends what it has gathered after 20 commands. */
const LONGEST_PACKET = 15;

Deno.test("MemcachedServer answers random meta commands to the byte as memcached of its version does", async () => {
  await compare(SEED, LONGEST, (player, commands) => player.play(commands));
});

Deno.test("MemcachedServer answers meta commands of one packet as memcached of its version does", async () => {
  await compare(SEED + 1, LONGEST_PACKET, (player, commands) => player.playPacket(commands));
});

/** Plays random sequences to both servers, and fails with the shortest that they answer differently. */
async function compare(
  seed: number,
  longest: number,
  play: (player: Player, commands: string[]) => Promise<string[]>,
): Promise<void> {
  await using daemon = await startMemcached();
  using theirs = await Player.connect(daemon.address);
  const version = await theirs.version();
  await using embedded = await MemcachedServer.start({ version });
  using ours = await Player.connect(embedded.address);
  const random = new Random(seed);
  for (let i = 0; i < SEQUENCES; i++) {
    const length = 1 + random.below(longest);
    const commands = Array.from({ length }, () => randomMetaCommand(random));
    const same = async (list: string[]) => {
      const [our, their] = [await play(ours, list), await play(theirs, list)];
      return our.join("\n") === their.join("\n");
    };
    if (await sameSometimes(() => same(commands))) continue;
    const shortest = await shrink(commands, same);
    const [our, their] = [await play(ours, shortest), await play(theirs, shortest)];
    assertEquals(our, their, `seed ${seed}, sequence ${i}: ${JSON.stringify(shortest)}`);
  }
}

/**
 * An item that a background thread of the daemon happens to look at is not counted in place: a new one takes its place,
 * without what `T`, `E` and earlier readers have done to the old one. A true difference is there at each attempt.
 */
async function sameSometimes(same: () => Promise<boolean>): Promise<boolean> {
  for (let attempt = 0; attempt < 5; attempt++) if (await same()) return true;
  return false;
}

/** Plays commands to one server and writes down the answers. */
class Player implements Disposable {
  readonly #wire: Wire;

  static async connect(address: string): Promise<Player> {
    return new Player(await Wire.connect(address));
  }

  private constructor(wire: Wire) {
    this.#wire = wire;
  }

  async version(): Promise<string> {
    return (await this.#ask("version\r\n")).replace("VERSION ", "").trim();
  }

  /**
   * Empties the server and plays one command after the other; `<cas>` in them becomes the last that was told. Gives the
   * answers, and what the server has counted.
   */
  async play(commands: string[]): Promise<string[]> {
    await this.#ask("flush_all\r\nstats reset\r\n");
    const answers: string[] = [];
    let cas = "1";
    for (const command of commands) {
      const answer = await this.#ask(command.replaceAll("<cas>", cas));
      cas =
        /^(?:VALUE [^ ]+ \d+ \d+|(?:HD|VA \d+)(?: [^ \r]+)*? c)(?: ?)(\d+)/m.exec(answer)?.[1] ??
          cas;
      answers.push(comparable(answer));
    }
    return [...answers, ...await this.#counts()];
  }

  [Symbol.dispose](): void {
    this.#wire[Symbol.dispose]();
  }

  async #counts(): Promise<string[]> {
    const stats = (await this.#ask("stats\r\n")).split("\r\n");
    // Items that are gone may have been found so by a background thread of the daemon first.
    return stats.filter((stat) =>
      /^STAT (cmd|get|delete|incr|decr|cas|touch|store)_/.test(stat) &&
      !/_(expired|flushed) /.test(stat)
    );
  }

  /** Empties the server and sends all commands at once. Gives the answers, and what the server has counted. */
  async playPacket(commands: string[]): Promise<string[]> {
    await this.#ask("flush_all\r\nstats reset\r\n");
    const answer = await this.#ask(commands.join("").replaceAll("<cas>", "1"));
    return [...comparable(answer).split("\n"), ...await this.#counts()];
  }

  async #ask(command: string): Promise<string> {
    await this.#wire.send(command + MARK);
    const answer = await this.#wire.until(MARK_ANSWER);
    return answer.slice(0, -MARK_ANSWER.length);
  }
}

/** An answer without what is each server's own: the numbers of cas, and in which second something happened. */
function comparable(answer: string): string {
  return answer
    .replace(/^(VALUE [^ ]+ \d+ \d+) \d+\r\n/gm, "$1 cas\r\n")
    .replace(/ c([1-9]\d*)(?=[ \r])/g, " c#")
    .replace(/ cas=[1-9]\d*/g, " cas=#")
    .replace(/ l\d(?=[ \r])/g, " l#")
    .replace(/ la=\d /g, " la=# ")
    .replace(/ (t|exp=-?)(\d+)(?=[ \r])/g, (_, name, seconds) => {
      // The distance of a date may be any number.
      return ` ${name}${seconds > 3_000_000 ? "date" : 10 * Math.round(seconds / 10)}`;
    });
}

/** No command is answered so: it ends an answer. */
const MARK = "set !mark! 0 0 4 noreply\r\nmark\r\nget !mark!\r\n";
const MARK_ANSWER = "VALUE !mark! 0 4\r\nmark\r\nEND\r\n";
