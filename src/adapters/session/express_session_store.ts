/** The store of `express-session`. */

import { aFunction } from "../../checks/check.ts";
import { type SessionStoreOptions, StoredSessions } from "./stored_sessions.ts";

/** Is told how a method ended. */
type Done = (error?: unknown) => void;

/** What `express-session` gives in place of a session, and takes for one. */
interface Session {
  readonly cookie?: { readonly maxAge?: number | null; readonly originalMaxAge?: number | null };
}

/**
 * The methods that `express-session` asks of a store, with callbacks.
 *
 * @example Read a session beside the middleware
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { type ExpressSessionStore, expressSessionStore } from "@libmc/libmc/session";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * class Store { // in a program: import { Store } from "express-session"
 *   createSession(_request: object, session: object): object {
 *     return session;
 *   }
 * }
 * const store: ExpressSessionStore = expressSessionStore(Store, { client });
 * const user = await new Promise((resolve, reject) => {
 *   store.set("id", { user: "Ada" }, () => {
 *     store.get("id", (error, session) => error ? reject(error) : resolve(session?.user));
 *   });
 * });
 * assertEquals(user, "Ada");
 * ```
 */
export interface ExpressSessionStore {
  /**
   * Reads a session.
   *
   * @param id Its id.
   * @param done Gets an error, or the session, or nothing.
   */
  get(id: string, done: (error?: unknown, session?: Record<string, unknown>) => void): void;
  /**
   * Stores a session: a new one whole, another one's changes only. One that was destroyed meanwhile stays so.
   *
   * @param id Its id.
   * @param session The session.
   * @param done Gets an error, or nothing.
   */
  set(id: string, session: object, done?: (error?: unknown) => void): void;
  /**
   * Lets a session last on.
   *
   * @param id Its id.
   * @param session The session, for the age of its cookie.
   * @param done Gets an error, or nothing.
   */
  touch(id: string, session: object, done?: (error?: unknown) => void): void;
  /**
   * Ends a session.
   *
   * @param id Its id.
   * @param done Gets an error, or nothing.
   */
  destroy(id: string, done?: (error?: unknown) => void): void;
  /**
   * Makes the object of a request from what was read.
   *
   * @param request The request.
   * @param session What was read.
   * @returns The session of the request.
   */
  createSession(request: object, session: object): object;
}

/**
 * Makes a store of `express-session` that keeps the sessions in memcached:
 * `session({ store: expressSessionStore(session.Store, { client }), … })`.
 *
 * A session lasts for the `maxAge` of its cookie, otherwise for `ttl`. With `resave: false`, `touch` keeps those alive that
 * are only read, and `rolling: true` renews the cookie as well. If memcached does not answer, the middleware gets the error:
 * it must not take the session for ended.
 *
 * @param Store The class `Store` of express-session.
 * @param options The client, and how to store.
 * @returns A store, with all that the class gives.
 * @throws {TypeError} If the class or an option cannot be used.
 * @throws {RangeError} If `ttl` is no integer from 1.
 *
 * @example A session that was destroyed does not come back
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { expressSessionStore } from "@libmc/libmc/session";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * class Store { // in a program: import { Store } from "express-session"
 *   createSession(_request: object, session: object): object {
 *     return session;
 *   }
 * }
 * const store = expressSessionStore(Store, { client });
 * const session = { user: "Ada" };
 * await new Promise((done) => store.set("id", session, done));
 * await new Promise((done) => store.destroy("id", done));
 * await new Promise((done) => store.set("id", session, done));
 * assertEquals(await client.get("session:id"), undefined);
 * ```
 */
export function expressSessionStore<
  S extends { createSession(request: object, session: object): object },
>(Store: abstract new () => S, options: SessionStoreOptions): S & ExpressSessionStore {
  aFunction("the first argument of expressSessionStore(), the class Store,", Store);
  const sessions = new StoredSessions("expressSessionStore", options);
  const store = new (Store as new () => S)();
  const methods: ExpressSessionStore = {
    get(id, done) {
      sessions.read(id).then((session) => done(undefined, session), done);
    },
    set(id, session, done) {
      answer(sessions.save(id, session, secondsOf(session)), done);
    },
    touch(id, session, done) {
      answer(sessions.touch(id, secondsOf(session)), done);
    },
    destroy(id, done) {
      answer(sessions.delete(id), done);
    },
    createSession(request, session) {
      const made = Object.getPrototypeOf(store).createSession.call(store, request, session);
      sessions.becomes(session, made);
      return made;
    },
  };
  return Object.assign(store, methods);
}

/** Without a callback there is nobody to tell: the client's events have the failure. */
function answer(promise: Promise<void>, done: Done = () => {}): void {
  promise.then(() => done(), done);
}

function secondsOf({ cookie }: Session): number | undefined {
  const maxAge = cookie?.maxAge ?? cookie?.originalMaxAge;
  return typeof maxAge === "number" ? maxAge / 1000 : undefined;
}
