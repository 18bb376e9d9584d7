/** The line to the dashboard: its events, and what it answers when it is asked. */

import type {
  Hello,
  KeyGroups,
  KeyReport,
  Points,
  RingPicture,
  ServerRow,
  SlabPicture,
} from "../wire.ts";

/** How the line is. */
export type LineState = "live" | "connecting" | "locked" | "full" | "gone";

/** What is done with events. */
export interface Listener {
  hello(hello: Hello): void;
  points(points: Points): void;
  servers(servers: readonly ServerRow[]): void;
  ring(ring: RingPicture): void;
  slabs(slabs: SlabPicture): void;
  line(state: LineState): void;
}

const EVENTS = ["hello", "points", "servers", "ring", "slabs"] as const;
const AGAIN = 5000;

/** Speaks with the dashboard. */
export class Feed {
  readonly #token: string;
  readonly #listener: Listener;
  #source: EventSource | undefined;
  #server: string | undefined;
  #timer = 0;

  constructor(token: string, listener: Listener) {
    this.#token = token;
    this.#listener = listener;
  }

  /** Shows one server, or all of them. */
  follow(server: string | undefined): void {
    this.#server = server;
    this.#connect();
  }

  /** Hears no more. A tab that nobody sees keeps no connection. */
  pause(): void {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = undefined;
  }

  resume(): void {
    if (this.#source === undefined) this.#connect();
  }

  lookUp(key: string): Promise<KeyReport> {
    return this.#ask("GET", "/key", { key });
  }

  delete(key: string): Promise<{ isGone: boolean }> {
    return this.#ask("POST", "/delete", { key });
  }

  groups(separator: string): Promise<KeyGroups> {
    return this.#ask("POST", "/groups", { separator });
  }

  #connect(): void {
    this.pause();
    this.#listener.line("connecting");
    const query = new URLSearchParams({ token: this.#token });
    if (this.#server !== undefined) query.set("server", this.#server);
    const source = new EventSource(`/events?${query}`);
    this.#source = source;
    for (const name of EVENTS) {
      source.addEventListener(name, ({ data }) => {
        if (name === "hello") this.#listener.line("live");
        this.#listener[name](JSON.parse(data));
      });
    }
    source.addEventListener("error", () => {
      if (this.#source === source) void this.#lost(source);
    });
  }

  /** Finds out why there are no events. While the browser tries again by itself, it only says so. */
  async #lost(source: EventSource): Promise<void> {
    this.#listener.line("connecting");
    let state: LineState;
    try {
      const { status } = await this.#fetch("GET", "/check", {});
      state = status === 403
        ? "locked"
        : source.readyState === source.CLOSED
        ? "full"
        : "connecting";
    } catch {
      state = "gone";
    }
    if (this.#source !== source || source.readyState === source.OPEN) return;
    this.#listener.line(state);
    if (source.readyState === source.CLOSED && state !== "locked") {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#connect(), AGAIN);
    }
  }

  async #ask<T>(method: string, path: string, query: Record<string, string>): Promise<T> {
    const response = await this.#fetch(method, path, query);
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.error);
    return answer;
  }

  #fetch(method: string, path: string, query: Record<string, string>): Promise<Response> {
    return fetch(`${path}?${new URLSearchParams(query)}`, {
      method,
      headers: { authorization: `Bearer ${this.#token}` },
      cache: "no-store",
    });
  }
}
