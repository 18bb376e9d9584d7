/** What every cluster of a client is given alike: how its servers are asked, the time of the day, and chance. */

import { unixTime } from "../clock.ts";
import type { ClusterContext } from "../cluster/cluster.ts";
import { awaitAnswer } from "./first_command.ts";
import { deleteAll } from "./invalidation.ts";
import { META_QUESTIONS } from "./meta_question.ts";

export const CLUSTER_QUESTIONS = {
  random: Math.random,
  unixTime,
  probe: awaitAnswer,
  deleteAll,
  metaQuestions: META_QUESTIONS,
} satisfies Partial<ClusterContext>;
