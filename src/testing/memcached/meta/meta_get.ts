/** mg: looks at an item, and may create it, extend it, or be told to store it anew. */

import { BAD_FORMAT, type Command, plain, refused } from "../command.ts";
import { bytesOf } from "../latin1.ts";
import type { ReplyWriter } from "../reply_writer.ts";
import { logGet } from "../log_lines.ts";
import type { ServerState } from "../server_state.ts";
import type { Item } from "../store.ts";
import { isLongOpaque, keyWord, OPAQUE_TOO_LONG, repeating } from "./meta_reply.ts";
import { type MetaRequest, readMetaRequest, Refusal } from "./meta_request.ts";

/** Makes a command of `mg <key> <flags>`. */
export function metaGetCommand(words: readonly string[], state: ServerState): Command {
  const [name] = words;
  const { hasBareMetaGet } = state.dialect;
  if (words.length === 2 && !hasBareMetaGet) return refused(name, false, BAD_FORMAT);
  const request = readMetaRequest(words, 2, state.dialect);
  if (request instanceof Refusal) return refused(name, false, request.line);
  return plain(name, false, (reply) => metaGet(request, reply, state));
}

function metaGet(request: MetaRequest, reply: ReplyWriter, state: ServerState): void {
  const found = lookUp(request, state);
  const isRefused = request.words.some(isLongOpaque);
  if (found === undefined) {
    if (isRefused) reply.line(OPAQUE_TOO_LONG);
    else if (!request.flags.has("q")) reply.line(missed(request, state));
    return;
  }
  const { item, isCreated } = found;
  if (!isRefused) countHit(request, state);
  const hasValue = request.flags.has("v") && !isUnchanged(item, request, state);
  let line = hasValue ? `VA ${item.data.length}` : "HD";
  const hit = new HitReply(request, item, isCreated, state);
  for (const word of request.words) {
    if (isLongOpaque(word)) {
      hit.keepUpToRefused();
      reply.line(OPAQUE_TOO_LONG);
      return;
    }
    line += hit.answerTo(word);
  }
  if (item.isWon) line += " Z";
  if (item.isStale) line += " X";
  const wins = !item.isWon && (hit.wins || item.isStale);
  if (wins) line += " W";
  hit.keep(item.isWon || wins);
  reply.hold(item);
  reply.line(line);
  if (hasValue) {
    reply.bytes(item.data);
    reply.bytes(CRLF);
  }
}

function lookUp(
  { key, vivify, newCas: cas }: MetaRequest,
  state: ServerState,
): { item: Item; isCreated: boolean } | undefined {
  const { store, statistics } = state;
  const found = store.find(key);
  logGet(state, key, found);
  if (typeof found !== "string") return { item: found, isCreated: false };
  if (found !== "absent") statistics.count(`get_${found}`);
  if (vivify === undefined) {
    statistics.count("cmd_get");
    statistics.count("get_misses");
    return undefined;
  }
  // The daemon does not note that the key came as base64.
  return { item: store.put(key, { data: NO_DATA, flags: 0, exptime: 0, cas }), isCreated: true };
}

/** A placeholder that was created counts as a hit, too. */
function countHit({ flags }: MetaRequest, { statistics }: ServerState): void {
  const kind = flags.has("T") ? "touch" : "get";
  statistics.count(`cmd_${kind}`);
  statistics.count(`${kind}_hits`);
}

function missed(request: MetaRequest, { dialect }: ServerState): string {
  return dialect.hasBareMetaGet ? repeating("EN", request) : "EN";
}

function isUnchanged(item: Item, { cas }: MetaRequest, { dialect }: ServerState): boolean {
  return dialect.hasNewTokenizer && cas !== undefined && cas === item.cas;
}

/** The reply to a hit, word by word. A word sees what those before it have done. */
class HitReply {
  readonly #request: MetaRequest;
  readonly #item: Item;
  readonly #isCreated: boolean;
  readonly #state: ServerState;
  #exptime: number;
  #wins = false;

  constructor(request: MetaRequest, item: Item, isCreated: boolean, state: ServerState) {
    this.#request = request;
    this.#item = item;
    this.#isCreated = isCreated;
    this.#state = state;
    this.#exptime = item.exptime;
  }

  /** Whether a word has made the reader the one that is to store the item anew. */
  get wins(): boolean {
    return this.#wins;
  }

  /** Gives what is added to the reply. */
  answerTo(word: string): string {
    const { store } = this.#state;
    const { exptime = 0, vivify = 0, recache = 0 } = this.#request;
    const item = this.#item;
    switch (word[0]) {
      case "T":
        this.#exptime = store.exptimeOf(exptime);
        return "";
      case "N":
        if (!this.#isCreated) return "";
        this.#exptime = store.exptimeOf(vivify);
        this.#wins = true;
        return "";
      case "R":
        if (!this.#isCreated && this.#endsBefore(store.exptimeOf(recache))) this.#wins = true;
        return "";
      case "s":
        return ` s${item.data.length}`;
      case "t":
        return ` t${store.secondsUntil(this.#exptime)}`;
      case "c":
        return ` c${item.cas}`;
      case "f":
        return ` f${item.flags}`;
      case "l":
        return ` l${store.secondsSinceAccess(item)}`;
      case "h":
        return ` h${item.isFetched ? 1 : 0}`;
      case "O":
        return ` ${word}`;
      case "k":
        return ` ${keyWord(this.#request.key, item.hasBinaryKey)}`;
      default:
        return "";
    }
  }

  /** Keeps what the words have changed, and notes the read unless `u` asks for none. */
  keep(isWon: boolean): void {
    if (!this.#request.flags.has("u")) this.#state.store.noteRead(this.#item);
    this.#change(isWon);
  }

  /** Keeps what the words before a word that is refused have changed. */
  keepUpToRefused(): void {
    // The daemon notes the read at once where no word depends on it or changes the item.
    if (!/[NTRlhu]/.test([...this.#request.flags].join(""))) {
      this.#state.store.noteRead(this.#item);
    }
    this.#change(this.#item.isWon);
  }

  #change(isWon: boolean): void {
    this.#state.store.change(this.#request.key, this.#item, { exptime: this.#exptime, isWon });
  }

  #endsBefore(time: number): boolean {
    // Whole seconds, as the daemon counts: an item does not end before a time that is given at the same moment.
    return this.#exptime !== 0 && Math.floor(this.#exptime) < Math.floor(time);
  }
}

const NO_DATA = new Uint8Array(0);
const CRLF = bytesOf("\r\n");
