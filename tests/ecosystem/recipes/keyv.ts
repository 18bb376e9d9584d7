import { Client } from "@libmc/libmc";
import { KeyvStore } from "@libmc/libmc/keyv";
import { Keyv } from "keyv";

await using client = new Client("localhost:11211");
const users = new Keyv({
  store: new KeyvStore({ client }),
  namespace: "users",
});

// Without a listener Keyv throws what a strict client rejects with.
users.on("error", (error) => console.error(error));

await users.set("1", { name: "Ada" }, 60_000);
console.log(await users.get("1"));
