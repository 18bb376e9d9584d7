import { Client } from "@libmc/libmc";
import { memcachedDriver } from "@libmc/libmc/unstorage";
import { createStorage } from "unstorage";

await using client = new Client("localhost:11211");
const driver = memcachedDriver({ client: client.namespace("app"), ttl: 3600 });
const storage = createStorage({ driver });

await storage.setItem("user:1", { name: "Ada" });
await storage.setItem("code:1", "1234", { ttl: 60 });
console.log(await storage.getItem("user:1"));
