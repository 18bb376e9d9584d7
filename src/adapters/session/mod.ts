/**
 * Sessions in memcached: the store of `express-session` and that of `hono-sessions`.
 *
 * Two requests that change one session at once lose nothing: what the one has changed is put into what the other has
 * stored, property by property. A session that was destroyed meanwhile does not come back.
 *
 * @example What a request does with its session
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { HonoSessionStore } from "@libmc/libmc/session";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * // app.use(sessionMiddleware({ store, expireAfterSeconds: 3600 }));
 * const store = new HonoSessionStore({ client });
 * const session = { _data: {}, _expire: null, _delete: false, _accessed: null };
 * await store.createSession("id", session);
 * assertEquals(await store.getSessionById("id"), session);
 * ```
 *
 * @module
 */

export { type ExpressSessionStore, expressSessionStore } from "./express_session_store.ts";
export { type HonoSessionData, HonoSessionStore } from "./hono_session_store.ts";
export type { SessionStoreOptions } from "./stored_sessions.ts";
