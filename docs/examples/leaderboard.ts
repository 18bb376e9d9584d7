/**
 * A leaderboard that is exact, however many players score at once, in however many processes.
 *
 * - A player's points are a counter: memcached itself adds them up by `incr`.
 * - The board is one item with the best players. `update()` stores it only if nobody else has changed it since it was
 *   read, else it begins anew. Points only grow, so of two totals of a player the greater one is the newer one, whatever
 *   their order, and only a player's own points can bring that player onto the board.
 *
 * A game lasts a week: `chess-2026-48`. What must outlive a restart of memcached belongs in a database.
 *
 * `deno serve --allow-net --allow-env docs/examples/leaderboard.ts`
 */

import { Client, MemcachedError } from "@libmc/libmc";
import process from "node:process";

type Entry = [player: string, points: number];

const PLACES = 10;
const A_WEEK = 7 * 24 * 60 * 60; // Seconds, as memcached has them.

// Strict: what memcached did not do is an error here, and no miss. So a dial may take its time.
const cache = new Client(process.env.MEMCACHED ?? "localhost:11211", {
  strict: true,
  connectTimeout: 1000,
});
cache.unref(); // On Ctrl-C or SIGTERM the server ends, once all requests are answered.

/** Adds points, and gives the player's total. */
async function score(game: string, player: string, points: number): Promise<number> {
  // One server has all of a game: if it is gone, so are the points and their board together.
  const kept = { exptime: A_WEEK, routeBy: game };
  const counter = `points:${game}:${player}`;
  const total = await cache.incr(counter, points, { initial: points, ...kept }) ?? points;
  const change = (board: Entry[] = []) => placed(board, player, total);
  await cache.update<Entry[]>(`board:${game}`, change, { attempts: 1000, ...kept });
  return total;
}

/** Puts a total in its place on a board; `undefined` if that changes nothing. */
function placed(board: Entry[], player: string, total: number): Entry[] | undefined {
  const others = board.filter(([name]) => name !== player);
  const before = board.find(([name]) => name === player)?.[1] ?? 0;
  const isLow = others.length >= PLACES && total <= others[PLACES - 1][1];
  if (total <= before || isLow) return undefined;
  return [...others, [player, total] as Entry].sort((a, b) => b[1] - a[1]).slice(0, PLACES);
}

async function answer({ method, url }: Request): Promise<Response> {
  const [, game, player, points] = PATH.exec(new URL(url).pathname) ?? [];
  if (method === "POST" && points !== undefined) {
    return Response.json(await score(game, player, Number(points)));
  }
  if (method === "GET" && game !== undefined && player === undefined) {
    return Response.json(await cache.get(`board:${game}`, { routeBy: game }) ?? []);
  }
  return new Response("Try POST /chess/ada/5 and GET /chess", { status: 400 });
}

const PATH = /^\/([\w-]{1,50})(?:\/([\w-]{1,50})\/(\d{1,6}))?$/;

export default {
  /** Answers `POST /chess/ada/5` with the total, and `GET /chess` with the board. */
  async fetch(request: Request): Promise<Response> {
    try {
      return await answer(request);
    } catch (error) {
      if (!(error instanceof MemcachedError)) throw error;
      console.error(error.message);
      // `sent: "maybe"`: the points may have been counted. To add them again could count them twice.
      return Response.json({ error: error.message, sent: error.sent }, { status: 503 });
    }
  },
};
