/** Puts the page together. */

import { Charts } from "./charts.ts";
import { element } from "./dom.ts";
import { Feed, type LineState } from "./feed.ts";
import { Groups } from "./groups.ts";
import { Header } from "./header.ts";
import { keyboard } from "./keyboard.ts";
import { Lookup } from "./lookup.ts";
import { Notices } from "./notices.ts";
import { Ring } from "./ring.ts";
import { ServerTable } from "./server_table.ts";
import { Slabs } from "./slabs.ts";
import { type Range, Store } from "./store.ts";
import { takeToken } from "./token.ts";
import { Totals } from "./totals.ts";

function start(token: string): void {
  const store = new Store();
  let line: LineState = "connecting";
  let chosen: string | undefined;

  const feed = new Feed(token, {
    hello(hello) {
      store.greet(hello);
      lookup.mayDelete = hello.mayWrite;
    },
    points(points) {
      store.add(points);
      charts.draw();
    },
    servers(servers) {
      store.servers = servers;
      draw();
    },
    ring(picture) {
      ring.picture = picture;
      ring.draw(store.servers);
    },
    slabs(picture) {
      slabs.picture = picture;
    },
    line(state) {
      line = state;
      draw();
    },
  });

  const charts = new Charts(store);
  const notices = new Notices();
  const totals = new Totals();
  const table = new ServerTable((server) => show(server === chosen ? undefined : server));
  const ring = new Ring();
  const slabs = new Slabs();
  const lookup = new Lookup(feed);
  const groups = new Groups(feed, (key) => {
    lookup.root.scrollIntoView({ block: "nearest" });
    void lookup.lookUp(key);
    lookup.input.focus();
  });
  const { button, dialog } = keyboard([
    { key: "/", what: "Look up a key", run: () => lookup.input.focus() },
    { key: "a", what: "All servers", run: () => show(undefined) },
    { key: "n", what: "Next server", run: () => step(1) },
    { key: "p", what: "Previous server", run: () => step(-1) },
    { key: "1", what: "The last 2 minutes", run: () => reach("2 min") },
    { key: "2", what: "The last 10 minutes", run: () => reach("10 min") },
    { key: "3", what: "The last 2 hours", run: () => reach("2 h") },
    { key: "h", what: "Watch for hot keys", run: () => groups.button.click() },
  ]);
  const header = new Header({ onRange: reach, onServer: show }, button);

  function draw(): void {
    const { servers } = store;
    header.draw(line, servers, chosen);
    notices.draw(line, servers);
    totals.draw(servers, chosen);
    table.draw(servers, chosen);
    ring.draw(servers);
  }

  function show(server: string | undefined): void {
    chosen = server;
    store.clear();
    feed.follow(server);
    draw();
  }

  /** Goes through the servers, and from the last to all. */
  function step(by: number): void {
    const names = [undefined, ...store.servers.map(({ name }) => name)];
    show(names.at((names.indexOf(chosen) + by) % names.length));
  }

  function reach(range: Range): void {
    header.range = range;
    charts.range = range;
  }

  document.getElementById("page")?.replaceChildren(
    header.root,
    notices.root,
    charts.root,
    totals.root,
    table.root,
    element("div", { class: "pair" }, ring.root, slabs.root),
    element("div", { class: "pair" }, lookup.root, groups.root),
    dialog,
  );
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    charts.restyle();
    ring.restyle();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) feed.pause();
    else feed.resume();
  });
  reach("2 min");
  feed.follow(undefined);
}

const token = takeToken();
if (token !== undefined) start(token);
