// Asks npm's hashring which server it chooses, made as npm's memcached makes it, and who comes behind that.

const { readFileSync } = require("node:fs");
const HashRing = require("hashring");
const { version } = require("hashring/package.json");

const INDEXES = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const folder = process.argv[2];
const keys = readFileSync(`${folder}/keys.txt`, "utf8").split("\n").slice(0, -1);
const lists = JSON.parse(readFileSync(`${folder}/lists.json`, "utf8"));
const by = `hashring ${version}`;

lists.forEach((servers, list) => {
  if (servers[0].host.startsWith("/")) return;
  const names = servers.map(({ host, port }) => `${host}:${port}`);
  const weights = Object.fromEntries(servers.map(({ weight }, i) => [names[i], weight]));
  const isWeighted = servers.some(({ weight }) => weight !== 1);
  const ring = new HashRing(isWeighted ? weights : names, "md5", {
    compatibility: "ketama",
    "default port": 11211,
  });
  const tell = (more, found) => {
    const owners = found.map((name) => INDEXES[names.indexOf(name)]).join("");
    console.log(JSON.stringify({ by, distribution: "hashring", ...more, list, owners }));
  };
  tell({}, keys.map((key) => ring.get(key)));
  if (!isWeighted) tell({ place: 1 }, keys.map((key) => ring.range(key, 2, true)[1]));
});
