/** What a schema makes of the types of what is read. `schemas_test.ts` calls it. */

import { Client, type StandardSchema } from "@libmc/libmc";

interface User {
  readonly name: string;
}

const schema = {
  "~standard": {
    version: 1,
    vendor: "test",
    validate: (value: unknown) => ({ value: value as User }),
  },
} as const satisfies StandardSchema<unknown, User>;
/** Takes a text, and gives a date. */
const dates: StandardSchema<string, Date> = {
  "~standard": {
    version: 1,
    vendor: "test",
    validate: (value) => ({ value: new Date(String(value)) }),
  },
};

export async function use(address: string): Promise<void> {
  await using client = new Client(address);
  await client.set("user", { name: "Ada" });
  await client.set("day", "2026-01-01");
  const user: User | undefined = await client.get("user", { schema });
  const day: Date | undefined = await client.get("day", { schema: dates });
  const users: Map<string, User> = await client.getMulti(["user"], { schema });
  const list: (User | undefined)[] = await client.getList(["user"], { schema });
  const item: { readonly value: User } | undefined = await client.gets("user", { schema });
  const updated: User | undefined = await client.update("user", (user) => user, { schema });
  const named: User | undefined = await client.get<User>("user");
  // @ts-expect-error: it is a user
  const wrong: Date | undefined = await client.get("user", { schema });
  const unknown = await client.get("user");
  // @ts-expect-error: nobody has said what it is
  unknown?.name;
  // @ts-expect-error: the schema gives users
  const other: Date | undefined = await client.get<Date>("user", { schema });

  await using users2 = new Client(address, { schema });
  const ofClient: User | undefined = await users2.get("user");
  const inSpace: User | undefined = await users2.namespace("space").get("user");
  const byCall: Date | undefined = await users2.get("day", { schema: dates });
  const plain: Client = users2;
  // @ts-expect-error: a schema of a client does not convert
  await using converting = new Client(address, { schema: dates });
  [user, day, users, list, item, updated, named, wrong, unknown, other].length;
  [ofClient, inSpace, byCall, plain, converting].length;
}
