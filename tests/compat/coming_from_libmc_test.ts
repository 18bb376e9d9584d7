import { assert, assertEquals } from "@std/assert";
import { Client } from "@libmc/libmc";
import { settingsOf } from "../../src/engine/options.ts";
import { rowsOfTable } from "../support/document_tables.ts";

const PAGE = new URL("../../docs/coming_from_libmc.md", import.meta.url);

/** All names of libmc's Python API: what it exports, its methods, and the arguments of its constructor. */
const LIBMC_NAMES = [
  ..."Client ClientUnsafe ClientPool ThreadedClient ThreadUnsafe encode_value decode_value".split(
    " ",
  ),
  ..."servers do_split comp_threshold noreply prefix hash_fn failover encoding".split(" "),
  ..."get get_raw gets get_multi get_list set set_raw add replace cas append prepend".split(" "),
  ..."set_multi append_multi prepend_multi delete delete_multi touch expire incr decr".split(" "),
  ..."version stats toggle_flush_all_feature flush_all quit get_host_by_key".split(" "),
  ..."get_realtime_host_by_key config update_servers get_last_error get_last_strerror".split(" "),
  ..."normalize_key reset clear_thread_ident return_failure __VERSION__ DYNAMIC_LIBRARIES".split(
    " ",
  ),
  ..."MC_POLL_TIMEOUT MC_CONNECT_TIMEOUT MC_RETRY_TIMEOUT MC_MAX_RETRIES".split(" "),
  ..."MC_SET_FAILOVER MC_INITIAL_CLIENTS MC_MAX_CLIENTS MC_MAX_GROWTH MC_DEFAULT_EXPTIME".split(
    " ",
  ),
  ..."MC_HASH_MD5 MC_HASH_FNV1_32 MC_HASH_FNV1A_32 MC_HASH_CRC_32".split(" "),
  ..."OK INCOMPLETE_BUFFER_ERR INVALID_KEY_ERR PROGRAMMING_ERR MC_SERVER_ERR POLL_ERR".split(" ")
    .map((name) => `MC_RETURN_${name}`),
  ..."POLL_TIMEOUT_ERR CONN_POLL_ERR RECV_ERR SEND_ERR".split(" ")
    .map((name) => `MC_RETURN_${name}`),
];

Deno.test("docs/coming_from_libmc.md names every method, option and constant of libmc, and what stands for it", async () => {
  const rows = await rowsOfTable(PAGE, /^\| libmc /);
  const theirs = wordsOf(rows.map(([libmc]) => libmc));
  assertEquals(LIBMC_NAMES.filter((name) => !theirs.has(name)), []);
  const ours = wordsOf(rows.map(([, here]) => here));
  const camelCase = (name: string) =>
    name.replaceAll(/_([a-z])/g, (_, letter) => letter.toUpperCase());
  const prototype = Client.prototype as unknown as Record<string, unknown>;
  const methods = LIBMC_NAMES.map(camelCase).filter((name) => name in prototype);
  assert(methods.length > 30);
  assertEquals(methods.filter((name) => !ours.has(name)), []);
  const options = LIBMC_NAMES.map(camelCase).filter((name) => name in settingsOf({}));
  assert(options.length >= 6);
  assertEquals(options.filter((name) => !ours.has(name)), []);
});

function wordsOf(cells: string[]): Set<string> {
  return new Set(cells.join(" ").match(/\w+/g));
}
