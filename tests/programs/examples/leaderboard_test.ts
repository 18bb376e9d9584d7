import { assertEquals } from "@std/assert";
import { startMemcached } from "../../support/memcached.ts";
import { Random } from "../../support/random.ts";
import { Example } from "./example.ts";

Deno.test("examples: the leaderboard of two processes is exact under many callers", async () => {
  await using server = await startMemcached();
  const env = { MEMCACHED: server.address };
  await using one = await Example.start("leaderboard", { env });
  await using two = await Example.start("leaderboard", { env });
  const urls = [await one.url(), await two.url()];

  const random = new Random(15);
  const calls = Array.from({ length: CALLS }, () => ({
    player: `player-${random.below(PLAYERS)}`,
    points: 1 + random.below(100),
  }));
  const totals = new Map<string, number>();
  for (const { player, points } of calls) {
    totals.set(player, (totals.get(player) ?? 0) + points);
  }
  let next = 0;
  const caller = async (url: string) => {
    while (next < calls.length) {
      const { player, points } = calls[next++];
      const response = await fetch(`${url}/chess/${player}/${points}`, { method: "POST" });
      assertEquals([response.status, typeof await response.json()], [200, "number"]);
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, (_, i) => caller(urls[i % 2])));

  const boards = await Promise.all(urls.map(async (url) => (await fetch(`${url}/chess`)).json()));
  const best = Array.from(totals.values()).sort((a, b) => b - a).slice(0, 10);
  for (const board of boards as [string, number][][]) {
    assertEquals(board.map(([, points]) => points), best);
    for (const [player, points] of board) assertEquals(points, totals.get(player), player);
  }
  const wrong = await fetch(`${urls[0]}/chess/ada/-5`, { method: "POST" });
  assertEquals([wrong.status, await wrong.text()], [400, "Try POST /chess/ada/5 and GET /chess"]);

  // Of a call whose points may not have been counted its caller hears.
  await server.stop();
  const failed = await fetch(`${urls[0]}/chess/ada/5`, { method: "POST" });
  assertEquals([failed.status, (await failed.json()).sent], [503, "no"]);
});

const CALLS = 400;
const CALLERS = 64;
const PLAYERS = 30;
